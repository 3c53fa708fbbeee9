package org.espalier.embeddings.store;

import java.nio.ByteBuffer;

/**
 * The store's own state.
 *
 * <pre>
 * 1                 → version 1, last sequence that was given (8), so that none is given twice
 * 2, user id (4)    → version 1; an erasure of that user is not finished
 * 3                 → version 1, last number of a generation that was given (4), for the same reason
 * </pre>
 */
final class Meta {

  private static final byte LAST_SEQUENCE = 1;
  private static final byte ERASING = 2;
  private static final byte LAST_GENERATION = 3;

  private static final byte VERSION = 1;

  private Meta() {}

  static byte[] lastSequenceKey() {
    return new byte[] {LAST_SEQUENCE};
  }

  static byte[] lastSequenceValue(long sequence) {
    return ByteBuffer.allocate(9).put(VERSION).putLong(sequence).array();
  }

  /** 0 in a store without events. */
  static long readLastSequence(Database database) {
    byte[] value = database.get(Family.META, lastSequenceKey());
    return value == null ? 0 : Formats.read(Family.META, VERSION, ByteBuffer.wrap(value)).getLong();
  }

  static byte[] erasingPrefix() {
    return new byte[] {ERASING};
  }

  static byte[] erasingKey(int user) {
    return ByteBuffer.allocate(5).put(ERASING).putInt(user).array();
  }

  static byte[] erasingValue() {
    return new byte[] {VERSION};
  }

  static int erasingUser(ByteBuffer key) {
    return key.getInt(1);
  }

  static byte[] lastGenerationKey() {
    return new byte[] {LAST_GENERATION};
  }

  static byte[] lastGenerationValue(int number) {
    return ByteBuffer.allocate(5).put(VERSION).putInt(number).array();
  }

  /** 0 in a store that never gave one. */
  static int readLastGeneration(Database database) {
    byte[] value = database.get(Family.META, lastGenerationKey());
    return value == null ? 0 : Formats.read(Family.META, VERSION, ByteBuffer.wrap(value)).getInt();
  }

  /** The last sequence if this is its row, 0 for other rows; fails for what is no row of this family. */
  static long checkedSequence(ByteBuffer key, ByteBuffer value) {
    byte kind = key.get();
    Formats.read(Family.META, VERSION, value);
    return switch (kind) {
      case LAST_SEQUENCE -> value.getLong();
      case LAST_GENERATION, ERASING -> 0;
      default -> throw Formats.damaged(Family.META, key, "is of an unknown kind");
    };
  }
}
