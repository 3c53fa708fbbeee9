package org.espalier.embeddings.store;

import java.nio.ByteBuffer;

/**
 * The format of family {@code rows}: the tables of all generations. Big-endian, but for floats and
 * payloads, which are little-endian:
 *
 * <pre>
 * generation (4), table (2), 0 (1)            → header: see {@link TableHeaders}
 * generation (4), table (2), 1 (1), token (4) → encoding (1), size (2), payload
 *                                        or   → 0 (1), size (2), checksum of the row that was here (4)
 * generation (4), artefact (2), 2 (1), part (4) → content
 * </pre>
 *
 * A table is its place in the manifest, and so is an artefact, from 0x8000. Every value begins with version 1 and a CRC32C of its key and
 * of all that follows. The second form takes the place of an erased user's row; with what it keeps, a
 * table's rows are still counted and its checksum still computed. A table's checksum is the sum of the
 * CRCs of its header and rows, an artefact's that of its parts.
 */
final class Rows {

  static final byte VERSION = 1;
  static final byte ERASED = 0;
  static final byte HEADER_PART = 0;
  static final byte ROW_PART = 1;
  static final byte ARTEFACT_PART = 2;

  /** A generation has at most so many tables. */
  static final int TABLES_MAX = 0x8000;

  /** Bytes of a value before what the checksum covers. */
  static final int SEAL_BYTES = 1 + 4;

  /** Bytes of encoding and size. */
  static final int ROW_HEAD_BYTES = 1 + 2;

  static final int TABLE_BYTES = 4 + 2;
  static final int PART_BYTES = TABLE_BYTES + 1;
  static final int ROW_KEY_BYTES = PART_BYTES + 4;
  static final int ARTEFACT_KEY_BYTES = PART_BYTES + 4;
  static final int SIZE_MAX = 0xffff;

  private Rows() {}

  /** The first key that any row of a generation can have. */
  static byte[] generationKey(int generation) {
    return ByteBuffer.allocate(4).putInt(generation).array();
  }

  static byte[] headerKey(int generation, int table) {
    return part(PART_BYTES, generation, table, HEADER_PART).array();
  }

  /** What the keys of all rows of a table begin with. */
  static byte[] rowsKey(int generation, int table) {
    return part(PART_BYTES, generation, table, ROW_PART).array();
  }

  static byte[] rowKey(int generation, int table, int token) {
    return part(ROW_KEY_BYTES, generation, table, ROW_PART).putInt(token).array();
  }

  /** What the keys of all parts of an artefact begin with. */
  static byte[] artefactKey(int generation, int artefact) {
    return part(PART_BYTES, generation, TABLES_MAX + artefact, ARTEFACT_PART).array();
  }

  private static ByteBuffer part(int bytes, int generation, int table, byte part) {
    return ByteBuffer.allocate(bytes).putInt(generation).putShort((short) table).put(part);
  }

  /** Puts version and checksum before a body that begins at {@link #SEAL_BYTES}. */
  static int seal(Checksum checksum, ByteBuffer key, ByteBuffer value) {
    value.position(SEAL_BYTES);
    int crc = checksum.of(key, value);
    value.put(0, VERSION).putInt(1, crc).position(0);
    return crc;
  }

  /**
   * Steps over version and checksum, if they are right.
   *
   * @return the checksum
   * @throws StoreException DAMAGED when they are wrong
   */
  static int open(Checksum checksum, ByteBuffer key, ByteBuffer value) {
    if (value.remaining() < SEAL_BYTES) {
      throw Formats.damaged(Family.ROWS, key, "is too short");
    }
    Formats.read(Family.ROWS, VERSION, value);
    int crc = value.getInt();
    if (checksum.of(key, value) != crc) {
      throw Formats.damaged(Family.ROWS, key, "does not match its checksum");
    }
    return crc;
  }

  /** What takes the place of a row, or the value itself when it is that already. */
  static byte[] erased(Checksum checksum, byte[] key, byte[] value) {
    ByteBuffer row = ByteBuffer.wrap(value);
    int crc = open(checksum, ByteBuffer.wrap(key), row);
    if (row.get() == ERASED) {
      return value;
    }
    short size = row.getShort();
    ByteBuffer left = ByteBuffer.allocate(SEAL_BYTES + ROW_HEAD_BYTES + 4);
    left.position(SEAL_BYTES).put(ERASED).putShort(size).putInt(crc);
    seal(checksum, ByteBuffer.wrap(key), left);
    return left.array();
  }

  /** Stages the erasure of a row, if the table has it. */
  static void erase(Staging staging, int generation, int table, int token) {
    byte[] key = rowKey(generation, table, token);
    byte[] value = staging.database().get(Family.ROWS, key);
    if (value != null) {
      staging.put(Family.ROWS, key, erased(new Checksum(), key, value));
    }
  }
}
