package org.espalier.service.ranking;

import org.espalier.embeddings.kernel.FloatKernels;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.stereotype.Component;

/**
 * Ready means, second, that the active generation is in the arena, or that there is none yet and popularity answers. The
 * model is loaded before the web server starts, so this only fails while the service stops.
 */
@Component
class ServingHealthIndicator extends AbstractHealthIndicator {

  private final ActiveModel active;

  ServingHealthIndicator(ActiveModel active) {
    this.active = active;
  }

  @Override
  protected void doHealthCheck(Health.Builder health) {
    try (var lease = active.acquire()) {
      ServedModel model = lease.value().model();
      health.up().withDetail("kernel", FloatKernels.best().name());
      if (model != null) {
        health
            .withDetail("generation", model.generation())
            .withDetail("items", model.items().rowCount())
            .withDetail("users", model.users().rowCount())
            .withDetail("arena_bytes", model.items().bytes() + model.users().bytes());
      }
    }
  }
}
