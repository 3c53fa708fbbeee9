package org.espalier.service.ranking.filter;

import org.espalier.service.wire.Bounds;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Bounds of the filters of one ranking request; what is over a bound is refused.
 *
 * @param depthMax deepest nesting of {@code all}, {@code any} and {@code none}
 * @param clausesMax most conditions of one filter, counted over its whole depth
 * @param valuesMax most values of all {@code in} lists of one filter
 */
@ConfigurationProperties("espalier.filters")
public record FilterProperties(
    @DefaultValue("16") int depthMax,
    @DefaultValue("256") int clausesMax,
    @DefaultValue("10000") int valuesMax) {

  public FilterProperties {
    Bounds.check("espalier.filters.depth-max", depthMax, 1, 100);
    Bounds.check("espalier.filters.clauses-max", clausesMax, 1, 100_000);
    Bounds.check("espalier.filters.values-max", valuesMax, 1, 1_000_000);
  }
}
