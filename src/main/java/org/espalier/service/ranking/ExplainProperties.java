package org.espalier.service.ranking;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Bounds of explanations; a bad value stops the start.
 *
 * @param itemsMax how many of a ranking's items are explained, the first ones; the others come without
 * @param pathsMax paths of an item
 */
@Validated
@ConfigurationProperties("espalier.explain")
record ExplainProperties(
    @DefaultValue("20") @Min(1) @Max(1000) int itemsMax,
    @DefaultValue("3") @Min(1) @Max(100) int pathsMax) {}
