package org.espalier.service.access;

import java.security.MessageDigest;
import java.time.Clock;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.espalier.service.access.KeyRow.Status;
import org.espalier.service.wire.ProblemCode;
import org.espalier.service.wire.Scope;
import org.jspecify.annotations.Nullable;

/**
 * All keys, in memory, so that no request waits for the database. They come from the copy in the data folder at the start,
 * and from the database whenever it was read. Safe for use by several threads.
 */
final class KeyRing {

  private static final Set<Scope> ALL = Scope.implied(Set.of(Scope.ADMIN));
  private static final byte[] NO_HASH = new byte[32];

  private final int requestsPerS;
  private final Clock clock;
  private final KeyHolder local = new KeyHolder("local", ALL, null);
  private final @Nullable KeyHolder configured;
  private final byte[] configuredHash;

  /** By id; replaced as a whole. */
  private volatile Map<String, Entry> entries = Map.of();

  @SuppressWarnings("ArrayRecordComponent") // never compared as a whole
  private record Entry(KeyRow row, byte[] hash, Rate rate, KeyHolder holder) {}

  KeyRing(AccessProperties properties, Clock clock) {
    this.requestsPerS = properties.requestsPerS();
    this.clock = clock;
    String text = properties.adminKey();
    this.configured =
        text == null ? null : new KeyHolder("configured key", ALL, Rate.perSecond(requestsPerS));
    this.configuredHash = text == null ? NO_HASH : KeyText.hash(text);
  }

  /** Replaces all keys; a key that stays keeps what is left of its rate. */
  void replace(List<KeyRow> rows) {
    Map<String, Entry> before = entries;
    Map<String, Entry> now = new HashMap<>();
    for (KeyRow row : rows) {
      int limit = row.requestsPerS() == null ? requestsPerS : row.requestsPerS();
      Entry known = before.get(row.keyId());
      Rate rate =
          known != null && known.rate.tokens() == limit ? known.rate : Rate.perSecond(limit);
      KeyHolder holder =
          new KeyHolder(
              "%s (key %s)".formatted(row.name(), row.keyId()),
              Scope.implied(row.scopeSet()),
              rate);
      now.put(row.keyId(), new Entry(row, HexFormat.of().parseHex(row.hash()), rate, holder));
    }
    entries = now;
  }

  /**
   * Whether there never was a key, so that this machine may do everything. Keys that have expired or were revoked keep the
   * service closed: nobody who takes a key away means to open it.
   */
  boolean isOpen() {
    return configured == null && entries.isEmpty();
  }

  /** Whoever is on this machine while the service is open. */
  KeyHolder local() {
    return local;
  }

  /** Whether anybody has a key that is good for something. */
  boolean hasActiveKey() {
    return configured != null || entries.values().stream().anyMatch(entry -> active(entry.row));
  }

  /** Whether somebody could administer the service without one key. */
  boolean hasAdminBeside(String keyId) {
    return configured != null
        || entries.values().stream()
            .anyMatch(entry ->
                !entry.row.keyId().equals(keyId)
                    && active(entry.row)
                    && entry.holder.may(Scope.ADMIN));
  }

  /** Seconds until the next of the active keys expires; NaN when none does. */
  double secondsToExpiry() {
    return entries.values().stream()
        .map(Entry::row)
        .filter(this::active)
        .map(KeyRow::expiresMs)
        .filter(Objects::nonNull)
        .mapToDouble(expiresMs -> (expiresMs - clock.millis()) * 1e-3)
        .min()
        .orElse(Double.NaN);
  }

  private boolean active(KeyRow row) {
    return row.status(clock.millis()) == Status.ACTIVE;
  }

  /**
   * The holder of a key. What is wrong with a key is told only to whoever has all of it.
   *
   * @throws RefusedException KEY_INVALID, KEY_EXPIRED, KEY_REVOKED
   */
  KeyHolder holder(String text) {
    byte[] hash = KeyText.hash(text);
    Entry entry = entries.get(KeyText.idOf(text));
    // Ids are no secret; the comparisons take as long whatever is wrong.
    boolean known = MessageDigest.isEqual(entry == null ? NO_HASH : entry.hash, hash);
    if (configured != null && MessageDigest.isEqual(configuredHash, hash)) {
      return configured;
    }
    if (entry == null || !known) {
      throw new RefusedException(
          ProblemCode.KEY_INVALID, "this key is not one of this service; was it copied whole?");
    }
    return switch (entry.row.status(clock.millis())) {
      case ACTIVE -> entry.holder;
      case EXPIRED ->
          throw new RefusedException(
              ProblemCode.KEY_EXPIRED,
              "key %s has expired; use another".formatted(entry.row.keyId()));
      case REVOKED ->
          throw new RefusedException(
              ProblemCode.KEY_REVOKED,
              "key %s was revoked; use another".formatted(entry.row.keyId()));
    };
  }
}
