package org.espalier.service.access;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.espalier.service.wire.Scope;
import org.jspecify.annotations.Nullable;
import org.springframework.data.annotation.Id;
import org.springframework.data.relational.core.mapping.Table;

/**
 * A key as it is stored.
 *
 * @param id rises with time; null before it is stored
 * @param keyId the part of the key that may be shown
 * @param hash SHA-256 of the whole key, in hexadecimal digits
 * @param scopes names, separated by commas
 * @param requestsPerS its own limit; null for the setting
 */
@Table("api_key")
record KeyRow(
    @Id @Nullable Long id,
    String instance,
    String keyId,
    String name,
    String hash,
    String scopes,
    @Nullable Integer requestsPerS,
    long createdMs,
    String createdBy,
    @Nullable Long expiresMs,
    @Nullable Long revokedMs) {

  /** What a key is good for. */
  enum Status {
    ACTIVE,
    EXPIRED,
    REVOKED
  }

  Status status(long nowMs) {
    if (revokedMs != null) {
      return Status.REVOKED;
    }
    return expiresMs != null && expiresMs <= nowMs ? Status.EXPIRED : Status.ACTIVE;
  }

  Set<Scope> scopeSet() {
    EnumSet<Scope> set = EnumSet.noneOf(Scope.class);
    Arrays.stream(scopes.split(",", -1)).map(Scope::of).flatMap(Optional::stream).forEach(set::add);
    return set;
  }

  static String join(Set<Scope> scopes) {
    return scopes.stream().sorted().map(Scope::text).collect(Collectors.joining(","));
  }

  @Override
  public String toString() {
    return "key " + keyId;
  }
}
