package org.espalier.service.ranking;

import org.espalier.service.wire.Bounds;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Bounds of explanations; a bad value stops the start.
 *
 * @param itemsMax how many of a ranking's items are explained, the first ones; the others come without
 * @param pathsMax paths of an item
 */
@ConfigurationProperties("espalier.explain")
record ExplainProperties(@DefaultValue("20") int itemsMax, @DefaultValue("3") int pathsMax) {

  ExplainProperties {
    Bounds.check("espalier.explain.items-max", itemsMax, 1, 1000);
    Bounds.check("espalier.explain.paths-max", pathsMax, 1, 100);
  }
}
