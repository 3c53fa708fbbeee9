package org.espalier.service.training;

import java.time.Duration;
import org.espalier.service.wire.Bounds;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What the stream says of sizes between two searches.
 *
 * @param enabled whether the log is followed
 * @param every how often the drift is computed, when there were events
 * @param halfLifeEvents events after which an event counts half
 * @param tokensMax users, and as many items, that are followed; the sums take 4 bytes a coordinate of each
 */
@ConfigurationProperties("espalier.drift")
record DriftProperties(
    @DefaultValue("true") boolean enabled,
    @DefaultValue("1m") Duration every,
    @DefaultValue("1000000") long halfLifeEvents,
    @DefaultValue("200000") int tokensMax) {

  DriftProperties {
    Bounds.check("espalier.drift.half-life-events", halfLifeEvents, 1, 1_000_000_000_000L);
    Bounds.check("espalier.drift.tokens-max", tokensMax, 1, 100_000_000);
    if (every.isNegative() || every.isZero()) {
      throw new IllegalArgumentException("espalier.drift.every must be longer than 0");
    }
  }
}
