package org.espalier.service.training;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * What the stream says of sizes between two searches.
 *
 * @param enabled whether the log is followed
 * @param every how often the drift is computed, when there were events
 * @param halfLifeEvents events after which an event counts half
 * @param tokensMax users, and as many items, that are followed; the sums take 4 bytes a coordinate of each
 */
@Validated
@ConfigurationProperties("espalier.drift")
record DriftProperties(
    @DefaultValue("true") boolean enabled,
    @DefaultValue("1m") Duration every,
    @DefaultValue("1000000") @Min(1) @Max(1_000_000_000_000L) long halfLifeEvents,
    @DefaultValue("200000") @Min(1) @Max(100_000_000) int tokensMax) {

  DriftProperties {
    if (every.isNegative() || every.isZero()) {
      throw new IllegalArgumentException("espalier.drift.every must be longer than 0");
    }
  }
}
