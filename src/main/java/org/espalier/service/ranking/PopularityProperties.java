package org.espalier.service.ranking;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * What makes an item popular.
 *
 * @param halfLife after this time an event counts half, measured from the newest event, and never less than a hundredth;
 *     0 for no decay
 * @param recentEvents newest events of the log that are looked at for their time; older ones count a hundredth
 */
@Validated
@ConfigurationProperties("espalier.popularity")
record PopularityProperties(
    @DefaultValue("14d") Duration halfLife,
    @DefaultValue("1000000") @Min(0) @Max(1_000_000_000) int recentEvents) {

  PopularityProperties {
    if (halfLife.isNegative() || halfLife.compareTo(Duration.ofDays(36_500)) > 0) {
      throw new IllegalArgumentException(
          "espalier.popularity.half-life=%s must be 0 to 36500 days".formatted(halfLife));
    }
  }
}
