package org.espalier.service.access;

import java.io.UncheckedIOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.espalier.service.access.KeyRow.Status;
import org.espalier.service.control.AuditLog;
import org.espalier.service.control.Caller;
import org.espalier.service.control.ControlDatabase;
import org.espalier.service.control.Instance;
import org.espalier.service.wire.ProblemCode;
import org.espalier.service.wire.ProblemException;
import org.espalier.service.wire.Scope;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.context.event.EventListener;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/** Makes, lists and revokes keys, and keeps {@link KeyRing} as the database is. */
public final class Keys implements DisposableBean {

  private static final Logger log = LoggerFactory.getLogger(Keys.class);

  private static final int KEYS_MAX = 1000;
  private static final int NAME_LENGTH_MAX = 64;
  private static final int RATE_MAX = 1_000_000;
  private static final Duration LIFE_MAX = Duration.ofDays(3660);

  /** A command may change the database of a service that runs, where that is a PostgreSQL. */
  private static final Duration REFRESH = Duration.ofSeconds(15);

  private final ControlDatabase database;
  private final KeyRepository rows;
  private final KeyRing ring;
  private final KeyCopy copy;
  private final AuditLog audit;
  private final Instance instance;
  private final Clock clock;
  private final SecureRandom random = new SecureRandom();
  private final CountDownLatch stopped = new CountDownLatch(1);

  Keys(
      ControlDatabase database,
      KeyRepository rows,
      KeyRing ring,
      KeyCopy copy,
      AuditLog audit,
      Instance instance,
      Clock clock) {
    this.database = database;
    this.rows = rows;
    this.ring = ring;
    this.copy = copy;
    this.audit = audit;
    this.instance = instance;
    this.clock = clock;
  }

  /**
   * What is wanted of a new key.
   *
   * @param name for people; letters, digits and a few signs
   * @param expiresMs when it ends; null for never
   * @param requestsPerS its own limit; null for the setting
   */
  public record Wanted(
      String name, Set<Scope> scopes, @Nullable Long expiresMs, @Nullable Integer requestsPerS) {}

  /**
   * Makes a key.
   *
   * @throws ProblemException INVALID_VALUE, MISSING_FIELD
   */
  public KeyCreated create(Wanted wanted) {
    database.requireOpen();
    check(wanted);
    KeyText text = KeyText.random(random);
    String detail =
        "name %s, scopes %s%s"
            .formatted(
                wanted.name(),
                KeyRow.join(wanted.scopes()),
                wanted.expiresMs() == null ? "" : ", expires");
    return audit.record("key.create", "key " + text.id(), detail, () -> create(wanted, text));
  }

  private KeyCreated create(Wanted wanted, KeyText text) {
    List<KeyRow> all = rows.all(instance.id());
    long now = clock.millis();
    if (all.stream().filter(row -> row.status(now) == Status.ACTIVE).count() >= KEYS_MAX) {
      throw new ProblemException(
          ProblemCode.INVALID_VALUE, "there are %d keys; revoke some".formatted(KEYS_MAX));
    }
    KeyRow made =
        rows.save(
            new KeyRow(
                null,
                instance.id(),
                text.id(),
                wanted.name(),
                HexFormat.of().formatHex(KeyText.hash(text.text())),
                KeyRow.join(wanted.scopes()),
                wanted.requestsPerS(),
                now,
                Caller.name(),
                wanted.expiresMs(),
                null));
    refresh();
    return KeyCreated.of(KeyView.of(made, now), text.text());
  }

  private void check(Wanted wanted) {
    if (!wanted
        .name()
        .matches("[\\p{L}\\p{N}][\\p{L}\\p{N} ._@/:+-]{0,%d}".formatted(NAME_LENGTH_MAX - 1))) {
      throw new ProblemException(
          ProblemCode.INVALID_VALUE,
          "name must have 1 to %d letters, digits, spaces or . _ @ / : + - and begin with one of the first two"
              .formatted(NAME_LENGTH_MAX));
    }
    if (wanted.scopes().isEmpty()) {
      throw new ProblemException(
          ProblemCode.MISSING_FIELD, "scopes must name one or more of read, write, admin");
    }
    Long expires = wanted.expiresMs();
    long now = clock.millis();
    if (expires != null && (expires <= now || expires > now + LIFE_MAX.toMillis())) {
      throw new ProblemException(
          ProblemCode.INVALID_VALUE, "a key must expire in the future, and within ten years");
    }
    Integer rate = wanted.requestsPerS();
    if (rate != null && (rate < 1 || rate > RATE_MAX)) {
      throw new ProblemException(
          ProblemCode.INVALID_VALUE, "requests_per_s must be 1 to %d".formatted(RATE_MAX));
    }
  }

  /** All keys, oldest first. */
  public List<KeyView> list() {
    database.requireOpen();
    long now = clock.millis();
    return rows.all(instance.id()).stream().map(row -> KeyView.of(row, now)).toList();
  }

  /**
   * Takes a key away, at once; doing it again changes nothing.
   *
   * @throws ProblemException UNKNOWN_KEY
   */
  public KeyView revoke(String keyId) {
    database.requireOpen();
    KeyRow known = find(keyId);
    return audit.record(
        "key.revoke",
        "key " + known.keyId(),
        "name " + known.name(),
        () -> {
          int _ = rows.revoke(instance.id(), known.keyId(), clock.millis());
          refresh();
          return KeyView.of(find(known.keyId()), clock.millis());
        });
  }

  private KeyRow find(String keyId) {
    return rows.all(instance.id()).stream()
        .filter(row -> row.keyId().equals(keyId))
        .findFirst()
        .orElseThrow(() ->
            new ProblemException(
                ProblemCode.UNKNOWN_KEY,
                "no key has this id; list the keys to see which there are"));
  }

  /** From here on the database is what counts. */
  @EventListener(ControlDatabase.Opened.class)
  void opened() {
    Thread.ofVirtual().name("key-refresh").start(this::refreshUntilStopped);
  }

  private void refreshUntilStopped() {
    try {
      do {
        try {
          refresh();
        } catch (DataAccessException | TransactionException | UncheckedIOException e) {
          log.warn("The keys stay as they are: {}", e.getMessage());
        }
      } while (!stopped.await(REFRESH.toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts this thread", e);
    }
  }

  /** One at a time, so that what was read later is also there later. */
  private synchronized void refresh() {
    List<KeyRow> all = rows.all(instance.id());
    ring.replace(all);
    copy.write(all);
  }

  @Override
  public void destroy() {
    stopped.countDown();
  }
}
