package org.espalier.service.platform;

import org.espalier.embeddings.store.Store;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.stereotype.Component;

/** Ready means, first, that the store is open and its disk can be read. */
@Component
class StoreHealthIndicator extends AbstractHealthIndicator {

  private final Store store;

  StoreHealthIndicator(Store store) {
    this.store = store;
  }

  @Override
  protected void doHealthCheck(Health.Builder health) {
    long lastSequence = store.lastSequence();
    boolean _ = store.events().find(lastSequence).isPresent(); // reads, and throws when it cannot
    health.up().withDetail("last_sequence", lastSequence);
  }
}
