package org.espalier.service.wire;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** What a key lets its holder do. */
public enum Scope {
  /** Rankings, look-ups, records, histories, metrics, the API's description. */
  READ,
  /** Events, records, triples, erasure of users. */
  WRITE,
  /** Jobs, generations, keys, audit; and what the other scopes allow. */
  ADMIN;

  private final String text = name().toLowerCase(Locale.ROOT);

  /** The name that callers see. */
  public String text() {
    return text;
  }

  public static Optional<Scope> of(String text) {
    for (Scope scope : values()) {
      if (scope.text.equals(text)) {
        return Optional.of(scope);
      }
    }
    return Optional.empty();
  }

  /** These scopes and those that they include. */
  public static Set<Scope> implied(Set<Scope> scopes) {
    if (scopes.contains(ADMIN)) {
      return EnumSet.allOf(Scope.class);
    }
    return scopes.isEmpty() ? EnumSet.noneOf(Scope.class) : EnumSet.copyOf(scopes);
  }
}
