package org.espalier.service.ranking;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Bounds of experiments.
 *
 * @param generationsMax most generations that an experiment holds in memory beside the active one
 */
@Validated
@ConfigurationProperties("espalier.experiments")
record ExperimentProperties(@DefaultValue("3") @Min(1) @Max(100) int generationsMax) {}
