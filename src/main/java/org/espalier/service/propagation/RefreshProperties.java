package org.espalier.service.propagation;

import java.time.Duration;
import org.espalier.kgat.refresh.RefreshSettings;
import org.espalier.service.wire.Bounds;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How a generation with a propagator follows what comes in; a bad value stops the start.
 *
 * @param enabled whether a generation with a propagator follows what comes in; otherwise it serves the vectors that it was
 *     made with, and explains nothing
 * @param epsilon how much the input of a vector may change, as a share of a typical vector's length, before the vector is
 *     computed again: 0 computes whatever changed at all
 * @param budget how long one round of refreshing may take before new events are looked at, 1ms to 1m; what is left is
 *     carried over
 * @param eventsMax events that are applied in one round at most; others wait in the log
 * @param queueMax changes of triples and of items' records that may wait; beyond that everything is propagated anew
 * @param threads threads of a round; 0 takes half of the processors
 */
@ConfigurationProperties("espalier.refresh")
record RefreshProperties(
    @DefaultValue("true") boolean enabled,
    @DefaultValue("0.001") float epsilon,
    @DefaultValue("200ms") Duration budget,
    @DefaultValue("20000") int eventsMax,
    @DefaultValue("1000000") int queueMax,
    @DefaultValue("0") int threads) {

  RefreshProperties {
    Bounds.check("espalier.refresh.events-max", eventsMax, 1, 1_000_000);
    Bounds.check("espalier.refresh.queue-max", queueMax, 1, 100_000_000);
    Bounds.check("espalier.refresh.threads", threads, 0, 1000);
    if (!(epsilon >= 0 && epsilon < 1)) {
      throw new IllegalArgumentException(
          "espalier.refresh.epsilon=%s must be at least 0 and below 1".formatted(epsilon));
    }
    if (budget.toMillis() < 1 || budget.compareTo(Duration.ofMinutes(1)) > 0) {
      throw new IllegalArgumentException(
          "espalier.refresh.budget=%s must be between 1ms and 1m".formatted(budget));
    }
  }

  RefreshSettings settings() {
    int count = threads > 0 ? threads : Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
    return new RefreshSettings(epsilon, count);
  }
}
