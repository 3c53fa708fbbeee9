package org.espalier.embeddings.table;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * How the values of one row become bytes. Payloads are little-endian and need no alignment. Encoding
 * what was decoded gives the same bytes again.
 */
public enum Encoding {
  /** IEEE single precision, exact: 4 bytes a value. */
  FP32(1) {
    @Override
    public int payloadBytes(int size) {
      return Math.multiplyExact(size, 4);
    }

    @Override
    public void encode(float[] row, int at, int size, MemorySegment payload, long payloadAt) {
      MemorySegment.copy(row, at, payload, FLOATS, payloadAt, size);
    }

    @Override
    public void decode(MemorySegment payload, long payloadAt, int size, float[] row, int at) {
      MemorySegment.copy(payload, FLOATS, payloadAt, row, at, size);
    }
  };

  private static final ValueLayout.OfFloat FLOATS =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final byte code;

  Encoding(int code) {
    this.code = (byte) code;
  }

  /** The encoding's number on disk; never reused for another. */
  public byte code() {
    return code;
  }

  /**
   * The encoding of a number on disk.
   *
   * @throws IllegalArgumentException for a number that this version does not know
   */
  public static Encoding ofCode(byte code) {
    for (Encoding encoding : values()) {
      if (encoding.code == code) {
        return encoding;
      }
    }
    throw new IllegalArgumentException("encoding code " + code + " is unknown to this version");
  }

  /** Bytes of a row of {@code size} values. */
  public abstract int payloadBytes(int size);

  /** Writes {@code row[at .. at + size)} to {@code payloadBytes(size)} bytes from {@code payloadAt}. */
  public abstract void encode(float[] row, int at, int size, MemorySegment payload, long payloadAt);

  /** Reads {@code size} values into {@code row[at .. at + size)}. */
  public abstract void decode(MemorySegment payload, long payloadAt, int size, float[] row, int at);

  /** The payload of {@code row[at .. at + size)} in an array of its own. */
  public final byte[] encode(float[] row, int at, int size) {
    byte[] payload = new byte[payloadBytes(size)];
    encode(row, at, size, MemorySegment.ofArray(payload), 0);
    return payload;
  }

  /**
   * Reads a whole payload into {@code row[at .. at + size)}.
   *
   * @throws IllegalArgumentException when the payload's length is not that of {@code size} values
   */
  public final void decode(byte[] payload, int size, float[] row, int at) {
    if (payload.length != payloadBytes(size)) {
      throw new IllegalArgumentException(
          "a payload of %d bytes is no %s row of size %d, which has %d"
              .formatted(payload.length, this, size, payloadBytes(size)));
    }
    decode(MemorySegment.ofArray(payload), 0, size, row, at);
  }
}
