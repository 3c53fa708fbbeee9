package org.espalier.service.platform;

import java.util.Map;
import java.util.Optional;
import org.espalier.embeddings.store.Manifest;
import org.espalier.learning.mf.MfObjective;

/**
 * How vectors are laid down as a generation: the names that whoever writes one and whoever serves it share. A
 * factorisation says how users are folded in; vectors made elsewhere cannot.
 */
public final class MfGeneration {

  /** The manifest's model. */
  public static final String MODEL = "mf";

  /** The table of the items' vectors, by entity id. */
  public static final String ITEMS = "item";

  /** The table of the users' vectors, by user id. */
  public static final String USERS = "user";

  private static final String UNOBSERVED_WEIGHT = "fold_in_unobserved_weight";
  private static final String REGULARIZATION = "fold_in_regularization";
  private static final String EXPONENT = "fold_in_exponent";

  private MfGeneration() {}

  /** The manifest's parameters that say how users are folded in. */
  public static Map<String, Object> foldIn(MfObjective.Als als) {
    return Map.of(
        UNOBSERVED_WEIGHT, als.unobservedWeight(),
        REGULARIZATION, als.regularization(),
        EXPONENT, als.exponent());
  }

  /** The same, back; empty when the manifest says nothing of it. */
  public static Optional<MfObjective.Als> foldIn(Manifest manifest) {
    if (!manifest.parameters().containsKey(UNOBSERVED_WEIGHT)) {
      return Optional.empty();
    }
    return Optional.of(
        new MfObjective.Als(
            manifest.number(UNOBSERVED_WEIGHT),
            manifest.number(REGULARIZATION),
            manifest.number(EXPONENT)));
  }
}
