package org.espalier.service.ranking.filter;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Bounds of the filters of one ranking request; what is over a bound is refused.
 *
 * @param depthMax deepest nesting of {@code all}, {@code any} and {@code none}
 * @param clausesMax most conditions of one filter, counted over its whole depth
 * @param valuesMax most values of all {@code in} lists of one filter
 */
@Validated
@ConfigurationProperties("espalier.filters")
public record FilterProperties(
    @DefaultValue("16") @Min(1) @Max(100) int depthMax,
    @DefaultValue("256") @Min(1) @Max(100_000) int clausesMax,
    @DefaultValue("10000") @Min(1) @Max(1_000_000) int valuesMax) {}
