package org.espalier.service.ranking;

import org.espalier.service.wire.Bounds;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Bounds of experiments.
 *
 * @param generationsMax most generations that an experiment holds in memory beside the active one
 */
@ConfigurationProperties("espalier.experiments")
record ExperimentProperties(@DefaultValue("3") int generationsMax) {

  ExperimentProperties {
    Bounds.check("espalier.experiments.generations-max", generationsMax, 1, 100);
  }
}
