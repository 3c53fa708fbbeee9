package org.espalier.service.ranking;

import java.time.Duration;
import org.espalier.service.wire.Bounds;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What makes an item popular.
 *
 * @param halfLife after this time an event counts half, measured from the newest event, and never less than a hundredth;
 *     0 for no decay
 * @param recentEvents newest events of the log that are looked at for their time; older ones count a hundredth
 */
@ConfigurationProperties("espalier.popularity")
record PopularityProperties(
    @DefaultValue("14d") Duration halfLife, @DefaultValue("1000000") int recentEvents) {

  PopularityProperties {
    Bounds.check("espalier.popularity.recent-events", recentEvents, 0, 1_000_000_000);
    if (halfLife.isNegative() || halfLife.compareTo(Duration.ofDays(36_500)) > 0) {
      throw new IllegalArgumentException(
          "espalier.popularity.half-life=%s must be 0 to 36500 days".formatted(halfLife));
    }
  }
}
