package org.espalier.service.platform;

import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Which events say that a user likes an item, for training, for user vectors at request time and for popularity alike.
 *
 * @param weights how much an event of a type counts, 0 to 1000; 0 keeps it in the log and in histories but learns
 *     nothing from it. Types that are not listed have {@code default-weight}; {@code impression} has 0 unless it is
 *     listed, because being shown something is no choice
 * @param defaultWeight weight of the types that are not listed, 0 to 1000
 */
@ConfigurationProperties("espalier.interactions")
public record InteractionProperties(
    @DefaultValue Map<String, Double> weights, @DefaultValue("1") double defaultWeight) {

  private static final double WEIGHT_MAX = 1000;

  public InteractionProperties {
    Map<String, Double> all = new LinkedHashMap<>();
    all.put("impression", 0.0);
    all.putAll(weights);
    weights = Map.copyOf(all);
    weights.forEach(InteractionProperties::requireWeight);
    requireWeight("default-weight", defaultWeight);
  }

  /** The weight of an event type. */
  public float weight(String type) {
    return (float) (double) weights.getOrDefault(type, defaultWeight);
  }

  private static void requireWeight(String type, double weight) {
    if (!(weight >= 0 && weight <= WEIGHT_MAX)) {
      throw new IllegalArgumentException(
          "espalier.interactions: the weight of %s is %s, not 0 to 1000".formatted(type, weight));
    }
  }
}
