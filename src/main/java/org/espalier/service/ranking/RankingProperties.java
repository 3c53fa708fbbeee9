package org.espalier.service.ranking;

import java.time.Duration;
import org.espalier.service.wire.Bounds;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Bounds of ranking requests; a bad value stops the start.
 *
 * @param candidatesMax most candidates of one rank request, and most ids of its other lists
 * @param limitMax most results of one request
 * @param depthMax how far {@code offset} and {@code limit} together may reach into a ranking
 * @param usersMax most users of one batch of recommendations, whose results together are bounded by {@code depth-max}
 * @param lookupMax most keys of one lookup of embeddings
 * @param historyInteractions newest interactions that a user's vector is folded in from
 * @param historyRows newest events of any type that are read to find those interactions, or to leave out what was seen
 * @param warmUp how long the kernels are run after the start before the service is ready: until they are compiled they
 *     are 10 to 100 times slower
 */
@ConfigurationProperties("espalier.ranking")
record RankingProperties(
    @DefaultValue("10000") int candidatesMax,
    @DefaultValue("1000") int limitMax,
    @DefaultValue("10000") int depthMax,
    @DefaultValue("100") int usersMax,
    @DefaultValue("1000") int lookupMax,
    @DefaultValue("500") int historyInteractions,
    @DefaultValue("5000") int historyRows,
    @DefaultValue("300ms") Duration warmUp) {

  RankingProperties {
    Bounds.check("espalier.ranking.candidates-max", candidatesMax, 1, 1_000_000);
    Bounds.check("espalier.ranking.limit-max", limitMax, 1, 100_000);
    Bounds.check("espalier.ranking.depth-max", depthMax, 1, 1_000_000);
    Bounds.check("espalier.ranking.users-max", usersMax, 1, 10_000);
    Bounds.check("espalier.ranking.lookup-max", lookupMax, 1, 100_000);
    Bounds.check("espalier.ranking.history-interactions", historyInteractions, 1, 100_000);
    Bounds.check("espalier.ranking.history-rows", historyRows, 1, 1_000_000);
    if (limitMax > depthMax) {
      throw new IllegalArgumentException(
          "espalier.ranking.limit-max=%d exceeds depth-max=%d".formatted(limitMax, depthMax));
    }
    if (historyInteractions > historyRows) {
      throw new IllegalArgumentException(
          "espalier.ranking.history-interactions=%d exceeds history-rows=%d"
              .formatted(historyInteractions, historyRows));
    }
    if (warmUp.isNegative()) {
      throw new IllegalArgumentException("espalier.ranking.warm-up must not be negative");
    }
  }
}
