package org.espalier.embeddings.table;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.espalier.embeddings.kernel.Bfloats;
import org.espalier.embeddings.kernel.CodedBlockKernel;
import org.espalier.embeddings.kernel.ScaledInts;

/** The bytes of one {@link Encoding}, whose methods say what these do. */
abstract sealed class RowCodec {

  static final RowCodec FLOATS = new Floats();
  static final RowCodec HALVES = new Halves();
  static final RowCodec BFLOATS = new BrainFloats();
  static final RowCodec BYTES = new Bytes();
  static final RowCodec NIBBLES = new Nibbles();
  static final RowCodec HALVES_AND_BYTES = new HalvesAndBytes();

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;

  /** Values of a magnitude below this, and not NaN, can be encoded. */
  private final float limit;

  private RowCodec(float limit) {
    this.limit = limit;
  }

  abstract int payloadBytes(int size);

  abstract void encode(float[] row, int at, int size, MemorySegment payload, long payloadAt);

  abstract void decode(MemorySegment payload, long payloadAt, int size, float[] row, int at);

  abstract float errorBound(float[] row, int at, int size);

  int firstInvalid(float[] row, int at, int size) {
    for (int d = 0; d < size; d++) {
      if (!(Math.abs(row[at + d]) < limit)) {
        return d;
      }
    }
    return -1;
  }

  private static float largest(float[] row, int at, int size) {
    float largest = 0;
    for (int d = 0; d < size; d++) {
      largest = Math.max(largest, Math.abs(row[at + d]));
    }
    return largest;
  }

  private static final class Floats extends RowCodec {

    Floats() {
      super(Float.POSITIVE_INFINITY);
    }

    @Override
    int payloadBytes(int size) {
      return Math.multiplyExact(size, Float.BYTES);
    }

    @Override
    void encode(float[] row, int at, int size, MemorySegment payload, long payloadAt) {
      MemorySegment.copy(row, at, payload, FLOAT, payloadAt, size);
    }

    @Override
    void decode(MemorySegment payload, long payloadAt, int size, float[] row, int at) {
      MemorySegment.copy(payload, FLOAT, payloadAt, row, at, size);
    }

    @Override
    float errorBound(float[] row, int at, int size) {
      return 0;
    }
  }

  private static final class Halves extends RowCodec {

    private static final float ROUNDS_TO_INFINITY = 65_520;

    Halves() {
      super(ROUNDS_TO_INFINITY);
    }

    @Override
    int payloadBytes(int size) {
      return Math.multiplyExact(size, Short.BYTES);
    }

    @Override
    void encode(float[] row, int at, int size, MemorySegment payload, long payloadAt) {
      for (int d = 0; d < size; d++) {
        payload.set(SHORT, payloadAt + d * 2L, Float.floatToFloat16(row[at + d]));
      }
    }

    @Override
    void decode(MemorySegment payload, long payloadAt, int size, float[] row, int at) {
      for (int d = 0; d < size; d++) {
        row[at + d] = Float.float16ToFloat(payload.get(SHORT, payloadAt + d * 2L));
      }
    }

    @Override
    float errorBound(float[] row, int at, int size) {
      return Math.max(largest(row, at, size) * 0x1p-11f, 0x1p-25f);
    }
  }

  private static final class BrainFloats extends RowCodec {

    private static final float ROUNDS_TO_INFINITY = Float.intBitsToFloat(0x7f7f8000);

    BrainFloats() {
      super(ROUNDS_TO_INFINITY);
    }

    @Override
    int payloadBytes(int size) {
      return Math.multiplyExact(size, Short.BYTES);
    }

    @Override
    void encode(float[] row, int at, int size, MemorySegment payload, long payloadAt) {
      for (int d = 0; d < size; d++) {
        payload.set(SHORT, payloadAt + d * 2L, Bfloats.bits(row[at + d]));
      }
    }

    @Override
    void decode(MemorySegment payload, long payloadAt, int size, float[] row, int at) {
      for (int d = 0; d < size; d++) {
        row[at + d] = Bfloats.value(payload.get(SHORT, payloadAt + d * 2L));
      }
    }

    @Override
    float errorBound(float[] row, int at, int size) {
      return Math.max(largest(row, at, size) * 0x1p-8f, 0x1p-134f);
    }
  }

  /** The scale, a float, then a byte a value. */
  private static final class Bytes extends RowCodec {

    Bytes() {
      super(Float.POSITIVE_INFINITY);
    }

    @Override
    int payloadBytes(int size) {
      return size == 0 ? 0 : Math.addExact(size, Float.BYTES);
    }

    @Override
    void encode(float[] row, int at, int size, MemorySegment payload, long payloadAt) {
      if (size == 0) {
        return;
      }
      float scale = ScaledInts.BYTES.scale(row, at, size);
      float inverse = 1 / scale;
      payload.set(FLOAT, payloadAt, scale);
      for (int d = 0; d < size; d++) {
        byte number = (byte) ScaledInts.quantise(row[at + d], inverse);
        payload.set(BYTE, payloadAt + Float.BYTES + d, number);
      }
    }

    @Override
    void decode(MemorySegment payload, long payloadAt, int size, float[] row, int at) {
      if (size == 0) {
        return;
      }
      float scale = payload.get(FLOAT, payloadAt);
      for (int d = 0; d < size; d++) {
        row[at + d] = payload.get(BYTE, payloadAt + Float.BYTES + d) * scale;
      }
    }

    @Override
    float errorBound(float[] row, int at, int size) {
      return ScaledInts.errorBound(ScaledInts.BYTES.scale(row, at, size));
    }
  }

  /** For each run: the scale, a bfloat16, then half a byte a value, the first in the low half. */
  private static final class Nibbles extends RowCodec {

    private static final int RUN = CodedBlockKernel.RUN;

    Nibbles() {
      super(Float.POSITIVE_INFINITY);
    }

    @Override
    int payloadBytes(int size) {
      return Math.ceilDiv(size, RUN) * Short.BYTES + Math.ceilDiv(size, 2);
    }

    @Override
    void encode(float[] row, int at, int size, MemorySegment payload, long payloadAt) {
      long byteAt = payloadAt;
      for (int first = 0; first < size; first += RUN) {
        int from = at + first;
        int count = Math.min(RUN, size - first);
        float scale = ScaledInts.NIBBLES.scale(row, from, count);
        float inverse = 1 / scale;
        payload.set(SHORT, byteAt, Bfloats.bits(scale));
        byteAt += Short.BYTES;
        for (int d = 0; d < count; d += 2) {
          int even = ScaledInts.quantise(row[from + d], inverse);
          int odd = d + 1 < count ? ScaledInts.quantise(row[from + d + 1], inverse) : 0;
          payload.set(BYTE, byteAt++, ScaledInts.pair(even, odd));
        }
      }
    }

    @Override
    void decode(MemorySegment payload, long payloadAt, int size, float[] row, int at) {
      long byteAt = payloadAt;
      for (int first = 0; first < size; first += RUN) {
        int count = Math.min(RUN, size - first);
        float scale = Bfloats.value(payload.get(SHORT, byteAt));
        byteAt += Short.BYTES;
        for (int d = 0; d < count; d++) {
          byte pair = payload.get(BYTE, byteAt + d / 2);
          int number = d % 2 == 0 ? ScaledInts.first(pair) : ScaledInts.second(pair);
          row[at + first + d] = number * scale;
        }
        byteAt += Math.ceilDiv(count, 2);
      }
    }

    @Override
    float errorBound(float[] row, int at, int size) {
      float bound = 0;
      for (int first = 0; first < size; first += RUN) {
        float scale = ScaledInts.NIBBLES.scale(row, at + first, Math.min(RUN, size - first));
        bound = Math.max(bound, ScaledInts.errorBound(scale));
      }
      return bound;
    }
  }

  /** Halves, then what {@link Bytes} has. */
  private static final class HalvesAndBytes extends RowCodec {

    HalvesAndBytes() {
      super(Float.POSITIVE_INFINITY);
    }

    @Override
    int payloadBytes(int size) {
      int halves = Encoding.leadingHalves(size);
      return HALVES.payloadBytes(halves) + BYTES.payloadBytes(size - halves);
    }

    @Override
    int firstInvalid(float[] row, int at, int size) {
      int halves = Encoding.leadingHalves(size);
      int invalid = HALVES.firstInvalid(row, at, halves);
      if (invalid < 0) {
        invalid = BYTES.firstInvalid(row, at + halves, size - halves);
        return invalid < 0 ? -1 : halves + invalid;
      }
      return invalid;
    }

    @Override
    void encode(float[] row, int at, int size, MemorySegment payload, long payloadAt) {
      int halves = Encoding.leadingHalves(size);
      HALVES.encode(row, at, halves, payload, payloadAt);
      BYTES.encode(
          row, at + halves, size - halves, payload, payloadAt + HALVES.payloadBytes(halves));
    }

    @Override
    void decode(MemorySegment payload, long payloadAt, int size, float[] row, int at) {
      int halves = Encoding.leadingHalves(size);
      HALVES.decode(payload, payloadAt, halves, row, at);
      BYTES.decode(
          payload, payloadAt + HALVES.payloadBytes(halves), size - halves, row, at + halves);
    }

    @Override
    float errorBound(float[] row, int at, int size) {
      int halves = Encoding.leadingHalves(size);
      return Math.max(
          HALVES.errorBound(row, at, halves), BYTES.errorBound(row, at + halves, size - halves));
    }
  }
}
