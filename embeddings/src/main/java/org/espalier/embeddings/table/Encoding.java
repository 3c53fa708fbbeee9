package org.espalier.embeddings.table;

import java.lang.foreign.MemorySegment;

/**
 * How the values of one row become bytes. Payloads are little-endian and need no alignment. Encoding
 * what was decoded gives the same bytes again.
 *
 * <p>The error bounds hold for each value {@code x} of a row; {@code max} is the largest magnitude
 * among the values that share a scale. By Hölder's inequality a score is off by at most the bound
 * times {@code Σ|query|}.
 */
public enum Encoding {
  /** IEEE single precision, exact: 4 bytes a value. */
  FP32(1, RowCodec.FLOATS),
  /** IEEE half precision: 2 bytes a value; off by {@code |x| 2^-11} or 2^-25; below 65,520. */
  FP16(2, RowCodec.HALVES),
  /** bfloat16, the range of single precision: 2 bytes a value; off by {@code |x| 2^-8}. */
  BF16(3, RowCodec.BFLOATS),
  /** Whole numbers and a scale a row: 1 byte a value and 4; off by {@code max / 254}. */
  INT8(4, RowCodec.BYTES),
  /** Whole numbers and a scale for 32 values: half a byte a value and 2; off by {@code max / 13.8}. */
  INT4(5, RowCodec.NIBBLES),
  /**
   * {@link #FP16} for the first eighth of the values, which in a nested basis carry the outliers, and
   * {@link #INT8} for the rest; each part is off as those are.
   */
  MIXED(6, RowCodec.HALVES_AND_BYTES);

  /** In {@link #MIXED} one value in so many is a half. */
  private static final int VALUES_PER_HALF = 8;

  private final byte code;

  @SuppressWarnings("ImmutableEnumChecker") // it has no state but a final number
  private final RowCodec codec;

  Encoding(int code, RowCodec codec) {
    this.code = (byte) code;
    this.codec = codec;
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

  /** How many values at the beginning of a {@link #MIXED} row of {@code size} are halves. */
  public static int leadingHalves(int size) {
    return Math.ceilDiv(size, VALUES_PER_HALF);
  }

  /** Bytes of a row of {@code size} values. */
  public int payloadBytes(int size) {
    return codec.payloadBytes(size);
  }

  /**
   * The index of the first of {@code row[at .. at + size)} that cannot be encoded, because it is not
   * finite or too large, counted from {@code at}; or -1.
   */
  public int firstInvalid(float[] row, int at, int size) {
    return codec.firstInvalid(row, at, size);
  }

  /** What is wrong with the value at an index that {@link #firstInvalid} found. */
  public String complaint(int index, float value) {
    String found = "value %d is %s".formatted(index, value);
    return Float.isFinite(value) ? found + ", which is too large for " + this : found;
  }

  /**
   * Writes {@code row[at .. at + size)}, all values of which are valid, to {@code payloadBytes(size)}
   * bytes from {@code payloadAt}.
   */
  public void encode(float[] row, int at, int size, MemorySegment payload, long payloadAt) {
    codec.encode(row, at, size, payload, payloadAt);
  }

  /** Reads {@code size} values into {@code row[at .. at + size)}. */
  public void decode(MemorySegment payload, long payloadAt, int size, float[] row, int at) {
    codec.decode(payload, payloadAt, size, row, at);
  }

  /** No value of {@code row[at .. at + size)} is decoded further than this from what it was. */
  public float errorBound(float[] row, int at, int size) {
    return codec.errorBound(row, at, size);
  }

  /** The payload of {@code row[at .. at + size)} in an array of its own. */
  public byte[] encode(float[] row, int at, int size) {
    byte[] payload = new byte[payloadBytes(size)];
    encode(row, at, size, MemorySegment.ofArray(payload), 0);
    return payload;
  }

  /**
   * Reads a whole payload into {@code row[at .. at + size)}.
   *
   * @throws IllegalArgumentException when the payload's length is not that of {@code size} values
   */
  public void decode(byte[] payload, int size, float[] row, int at) {
    if (payload.length != payloadBytes(size)) {
      throw new IllegalArgumentException(
          "a payload of %d bytes is no %s row of size %d, which has %d"
              .formatted(payload.length, this, size, payloadBytes(size)));
    }
    decode(MemorySegment.ofArray(payload), 0, size, row, at);
  }
}
