package org.espalier.embeddings.store;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * All interactions in the order of their arrival.
 *
 * <p>On disk, family {@code events}; big-endian:
 *
 * <pre>
 * sequence (8) → version 1, user id (4), item id (4), type id (4), value (float, 4), time in ms (8),
 *                length of event id (2), event id, length of ranking id (2), ranking id, context
 * </pre>
 *
 * Sequences count from 1 and may have gaps: erased events leave them, and the log may begin later, where it was trimmed.
 */
public final class EventLog {

  /** Takes the events of a scan. */
  public interface Visitor {
    void event(long sequence, int user, int item, int type, float value, long timeMs);
  }

  /** An event with everything that came with it; ids of fields user, entity and event_type. */
  public record LoggedEvent(
      long sequence,
      int user,
      int item,
      int type,
      float value,
      long timeMs,
      Optional<String> eventId,
      Optional<String> rankingId,
      Optional<String> context) {}

  private static final byte VERSION = 1;
  private static final int FIXED_BYTES = 1 + 4 + 4 + 4 + 4 + 8 + 2 + 2;

  /** More than will ever read at the same time. */
  private static final int HOLDS_MAX = 1 << 20;

  private final Database database;

  /** One permit a hold; trimming takes them all. */
  private final Semaphore holds = new Semaphore(HOLDS_MAX);

  EventLog(Database database) {
    this.database = database;
  }

  /** Keeps the log from being trimmed, so that a reader that takes minutes sees all of it. */
  public Hold hold() {
    holds.acquireUninterruptibly();
    AtomicBoolean held = new AtomicBoolean(true);
    return () -> {
      if (held.getAndSet(false)) {
        holds.release();
      }
    };
  }

  /** Ends with its closing; may be closed by any thread. */
  @FunctionalInterface
  public interface Hold extends AutoCloseable {
    @Override
    void close();
  }

  /** Does something that readers must not see in their midst; empty when somebody holds the log. */
  <T> Optional<T> unlessHeld(Supplier<T> work) {
    if (!holds.tryAcquire(HOLDS_MAX)) {
      return Optional.empty();
    }
    try {
      return Optional.of(work.get());
    } finally {
      holds.release(HOLDS_MAX);
    }
  }

  /** The sequence of the oldest event; empty in an empty log. */
  public OptionalLong firstSequence() {
    long[] first = {0};
    database.scan(
        Family.EVENTS,
        new byte[0],
        (key, _) -> {
          first[0] = key.getLong();
          return false;
        });
    return first[0] == 0 ? OptionalLong.empty() : OptionalLong.of(first[0]);
  }

  /** Visits the events of a range of sequences, both ends included, in their order. */
  public void read(long fromSequence, long toSequence, Visitor visitor) {
    database.scan(
        Family.EVENTS,
        key(fromSequence),
        (key, value) -> {
          long sequence = key.getLong();
          if (sequence > toSequence) {
            return false;
          }
          Formats.read(Family.EVENTS, VERSION, value);
          visitor.event(
              sequence,
              value.getInt(),
              value.getInt(),
              value.getInt(),
              value.getFloat(),
              value.getLong());
          return true;
        });
  }

  /** One event; empty when there is none of that sequence. */
  public Optional<LoggedEvent> find(long sequence) {
    byte[] stored = database.get(Family.EVENTS, key(sequence));
    if (stored == null) {
      return Optional.empty();
    }
    return Optional.of(parse(sequence, ByteBuffer.wrap(stored)));
  }

  static LoggedEvent parse(long sequence, ByteBuffer value) {
    Formats.read(Family.EVENTS, VERSION, value);
    return new LoggedEvent(
        sequence,
        value.getInt(),
        value.getInt(),
        value.getInt(),
        value.getFloat(),
        value.getLong(),
        text(value, value.getShort()),
        text(value, value.getShort()),
        text(value, value.remaining()));
  }

  static byte[] key(long sequence) {
    return ByteBuffer.allocate(Long.BYTES).putLong(sequence).array();
  }

  static byte[] value(
      int user,
      int item,
      int type,
      float value,
      long timeMs,
      byte @Nullable [] eventId,
      byte @Nullable [] rankingId,
      byte @Nullable [] context) {
    ByteBuffer row =
        ByteBuffer.allocate(FIXED_BYTES + length(eventId) + length(rankingId) + length(context));
    row.put(VERSION).putInt(user).putInt(item).putInt(type).putFloat(value).putLong(timeMs);
    putText(row.putShort((short) length(eventId)), eventId);
    putText(row.putShort((short) length(rankingId)), rankingId);
    putText(row, context);
    return row.array();
  }

  private static int length(byte @Nullable [] text) {
    return text == null ? 0 : text.length;
  }

  private static void putText(ByteBuffer row, byte @Nullable [] text) {
    if (text != null) {
      row.put(text);
    }
  }

  private static Optional<String> text(ByteBuffer row, int length) {
    return length == 0 ? Optional.empty() : Optional.of(Formats.text(row, length));
  }
}
