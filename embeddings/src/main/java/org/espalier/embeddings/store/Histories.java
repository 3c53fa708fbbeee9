package org.espalier.embeddings.store;

import java.nio.ByteBuffer;

/**
 * Every user's events, newest first.
 *
 * <p>On disk, family {@code histories}; big-endian, with a bloom filter over the user ids:
 *
 * <pre>
 * user id (4), time descending (8), sequence descending (8)
 *   → version 1, item id (4), type id (4), value (float, 4)
 * </pre>
 *
 * Descending means the complement, with the sign bit turned so that times before 1970 sort too.
 */
public final class Histories {

  /** Takes one event of a history. */
  public interface Visitor {
    void event(int item, int type, float value, long timeMs, long sequence);
  }

  private static final byte VERSION = 1;
  private static final int KEY_BYTES = Integer.BYTES + 2 * Long.BYTES;
  private static final int VALUE_BYTES = 1 + 3 * Integer.BYTES;

  private final Database database;

  Histories(Database database) {
    this.database = database;
  }

  /** Visits the newest events of a user, newest first, at most {@code limit}. */
  public void latest(int user, int limit, Visitor visitor) {
    scan(prefix(user), limit, visitor);
  }

  /**
   * Visits what comes after one event of {@link #latest}, so that a history can be read in pages.
   *
   * @param timeMs time of the last event that was seen
   * @param sequence its sequence
   */
  public void olderThan(int user, long timeMs, long sequence, int limit, Visitor visitor) {
    scan(key(user, timeMs, sequence - 1), limit, visitor);
  }

  private void scan(byte[] from, int limit, Visitor visitor) {
    if (limit <= 0) {
      return;
    }
    int[] left = {limit};
    database.scanPrefix(
        Family.HISTORIES,
        from,
        Integer.BYTES,
        (key, value) -> {
          Formats.read(Family.HISTORIES, VERSION, value);
          visitor.event(
              value.getInt(), value.getInt(), value.getFloat(), timeMs(key), sequence(key));
          return --left[0] > 0;
        });
  }

  static byte[] prefix(int user) {
    return ByteBuffer.allocate(Integer.BYTES).putInt(user).array();
  }

  static byte[] key(int user, long timeMs, long sequence) {
    return ByteBuffer.allocate(KEY_BYTES)
        .putInt(user)
        .putLong(descending(timeMs))
        .putLong(descending(sequence))
        .array();
  }

  static byte[] value(int item, int type, float value) {
    return ByteBuffer.allocate(VALUE_BYTES)
        .put(VERSION)
        .putInt(item)
        .putInt(type)
        .putFloat(value)
        .array();
  }

  static long timeMs(ByteBuffer key) {
    return descending(key.getLong(Integer.BYTES));
  }

  static long sequence(ByteBuffer key) {
    return descending(key.getLong(Integer.BYTES + Long.BYTES));
  }

  /** Its own inverse. */
  private static long descending(long x) {
    return ~x ^ Long.MIN_VALUE;
  }
}
