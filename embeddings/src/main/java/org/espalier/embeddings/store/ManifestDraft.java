package org.espalier.embeddings.store;

import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the maker of a generation says of it; the store adds number, tables and checksums.
 *
 * @param created when it was made
 * @param model its kind, for example {@code mf}
 * @param dim the model dimension {@code D}
 * @param parameters what serving and later training need to know, by name: texts, booleans and finite
 *     numbers; whole numbers come back as {@link Long}, others as {@link Double}
 * @param metrics what its evaluation measured, by name; finite
 */
public record ManifestDraft(
    Instant created,
    String model,
    int dim,
    Map<String, Object> parameters,
    Map<String, Double> metrics,
    Provenance provenance) {

  public ManifestDraft {
    parameters = scalars(parameters);
    metrics = finite(metrics);
  }

  static Map<String, Object> scalars(Map<String, Object> parameters) {
    Map<String, Object> scalars = new TreeMap<>();
    parameters.forEach((name, value) -> scalars.put(name, scalar(name, value)));
    return Collections.unmodifiableMap(scalars);
  }

  static Map<String, Double> finite(Map<String, Double> metrics) {
    metrics.forEach((name, value) -> requireFinite("metric " + name, value));
    return Collections.unmodifiableMap(new TreeMap<>(metrics));
  }

  private static Object scalar(String name, Object value) {
    return switch (value) {
      case String text -> text;
      case Boolean flag -> flag;
      case Byte number -> number.longValue();
      case Short number -> number.longValue();
      case Integer number -> number.longValue();
      case Long number -> number;
      case Float number -> requireFinite("parameter " + name, number.doubleValue());
      case Double number -> requireFinite("parameter " + name, number);
      default ->
          throw new IllegalArgumentException(
              "parameter %s is a %s, not a text, boolean or number"
                  .formatted(name, value.getClass().getSimpleName()));
    };
  }

  private static double requireFinite(String what, double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException(what + " is " + value);
    }
    return value;
  }
}
