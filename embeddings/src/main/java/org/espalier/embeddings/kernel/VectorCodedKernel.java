package org.espalier.embeddings.kernel;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The coded kernels on the Vector API. Registers narrower than a block pass over it column by column,
 * as in {@link VectorBlockKernel}. Widening makes these kernels wait for arithmetic rather than for
 * memory, so bytes and nibbles are summed in two interleaved chains.
 *
 * <p>No vector crosses a method of ours: where the JIT does not inline such a method it boxes.
 */
final class VectorCodedKernel extends CodedBlockKernel {

  // A species that is not a constant keeps C2 from intrinsics: every operation then allocates.
  private static final VectorSpecies<Float> LANES =
      FloatVector.SPECIES_PREFERRED.length() > ROWS
          ? FloatVector.SPECIES_512
          : FloatVector.SPECIES_PREFERRED;
  private static final int WIDTH = LANES.length();
  private static final VectorSpecies<Integer> INTS = LANES.withLanes(int.class);
  private static final VectorSpecies<Short> SHORT_LANES =
      VectorSpecies.of(short.class, VectorShape.forBitSize(WIDTH * Short.SIZE));

  /** No vector is shorter than eight bytes: at four lanes two columns share a load. */
  private static final VectorSpecies<Byte> BYTE_LANES =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(WIDTH, 8) * Byte.SIZE));

  private static final int LOADED = BYTE_LANES.length();
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  // A half's bits, moved to the place of a float's, lack the difference of the exponents' biases.
  // With
  // it a subnormal half has one power of two too many: ±2^-15 (1 + f) stands for ±2^-14 f.
  // Multiplying
  // by 2^112 would do for both, but a subnormal operand costs some hundred cycles.
  private static final int HALF_SHIFT = 13;
  private static final int HALF_MASK = 0x8fffe000; // sign, five bits of exponent, ten of fraction
  private static final int HALF_BIAS = 112 << 23;
  private static final int EXPONENT = 0x7f800000;
  private static final int SIGN = 0x80000000;
  private static final int SMALLEST = Float.floatToRawIntBits(0x1p-14f);

  @Override
  void dotHalvesUnchecked(
      MemorySegment blocks,
      long at,
      int size,
      int blockCount,
      float[] query,
      int queryAt,
      float[] scores) {
    for (int b = 0; b < blockCount; b++) {
      for (int r = 0; r < ROWS; r += WIDTH) {
        long column = at + b * ((long) size * SHORTS) + r * 2L;
        FloatVector sums = FloatVector.zero(LANES);
        for (int d = 0; d < size; d++) {
          IntVector bits =
              ShortVector.fromMemorySegment(SHORT_LANES, blocks, column + (long) d * SHORTS, ORDER)
                  .convertShape(VectorOperators.S2I, INTS, 0)
                  .reinterpretAsInts()
                  .lanewise(VectorOperators.LSHL, HALF_SHIFT)
                  .and(HALF_MASK);
          FloatVector biased = bits.add(HALF_BIAS).reinterpretAsFloats();
          FloatVector subnormal =
              biased.add(biased).sub(bits.and(SIGN).or(SMALLEST).reinterpretAsFloats());
          FloatVector values =
              biased.blend(
                  subnormal, bits.and(EXPONENT).compare(VectorOperators.EQ, 0).cast(LANES));
          sums = values.fma(FloatVector.broadcast(LANES, query[queryAt + d]), sums);
        }
        sums.intoArray(scores, b * ROWS + r);
      }
    }
  }

  @Override
  float halvesLane(MemorySegment blocks, long at, int size, float[] query, int queryAt) {
    float sum = 0;
    for (int d = 0; d < size; d++) {
      short half = blocks.get(JAVA_SHORT_UNALIGNED, at + (long) d * SHORTS);
      sum = Math.fma(Float.float16ToFloat(half), query[queryAt + d], sum);
    }
    return sum;
  }

  @Override
  void dotBfloatsUnchecked(
      MemorySegment blocks,
      long at,
      int size,
      int blockCount,
      float[] query,
      int queryAt,
      float[] scores) {
    for (int b = 0; b < blockCount; b++) {
      for (int r = 0; r < ROWS; r += WIDTH) {
        long column = at + b * ((long) size * SHORTS) + r * 2L;
        FloatVector sums = FloatVector.zero(LANES);
        for (int d = 0; d < size; d++) {
          FloatVector values =
              ShortVector.fromMemorySegment(SHORT_LANES, blocks, column + (long) d * SHORTS, ORDER)
                  .convertShape(VectorOperators.S2I, INTS, 0)
                  .reinterpretAsInts()
                  .lanewise(VectorOperators.LSHL, Short.SIZE)
                  .reinterpretAsFloats();
          sums = values.fma(FloatVector.broadcast(LANES, query[queryAt + d]), sums);
        }
        sums.intoArray(scores, b * ROWS + r);
      }
    }
  }

  @Override
  float bfloatsLane(MemorySegment blocks, long at, int size, float[] query, int queryAt) {
    float sum = 0;
    for (int d = 0; d < size; d++) {
      short bits = blocks.get(JAVA_SHORT_UNALIGNED, at + (long) d * SHORTS);
      sum = Math.fma(Bfloats.value(bits), query[queryAt + d], sum);
    }
    return sum;
  }

  @Override
  void dotBytesUnchecked(
      MemorySegment blocks,
      long at,
      int size,
      int halfCount,
      int blockCount,
      float[] query,
      int queryAt,
      float[] scores) {
    long blockBytes = byteBlockBytes(size, halfCount);
    for (int b = 0; b < blockCount; b++) {
      for (int r = 0; r < ROWS; r += WIDTH) {
        long block = at + b * blockBytes;
        FloatVector sums = FloatVector.zero(LANES);
        for (int d = 0; d < halfCount; d++) {
          IntVector bits =
              ShortVector.fromMemorySegment(
                      SHORT_LANES, blocks, block + (long) d * SHORTS + r * 2L, ORDER)
                  .convertShape(VectorOperators.S2I, INTS, 0)
                  .reinterpretAsInts()
                  .lanewise(VectorOperators.LSHL, HALF_SHIFT)
                  .and(HALF_MASK);
          FloatVector biased = bits.add(HALF_BIAS).reinterpretAsFloats();
          FloatVector subnormal =
              biased.add(biased).sub(bits.and(SIGN).or(SMALLEST).reinterpretAsFloats());
          FloatVector values =
              biased.blend(
                  subnormal, bits.and(EXPONENT).compare(VectorOperators.EQ, 0).cast(LANES));
          sums = values.fma(FloatVector.broadcast(LANES, query[queryAt + d]), sums);
        }
        if (halfCount < size) {
          long scales = block + (long) halfCount * SHORTS;
          long column = scales + SCALES + r / LOADED * (long) LOADED;
          int part = r % LOADED / WIDTH;
          int byteCount = size - halfCount;
          int byteQueryAt = queryAt + halfCount;
          FloatVector even = FloatVector.zero(LANES);
          FloatVector odd = FloatVector.zero(LANES);
          int d = 0;
          for (; d < byteCount - 1; d += 2) {
            even =
                ByteVector.fromMemorySegment(BYTE_LANES, blocks, column + (long) d * ROWS, ORDER)
                    .convertShape(VectorOperators.B2F, LANES, part)
                    .reinterpretAsFloats()
                    .fma(FloatVector.broadcast(LANES, query[byteQueryAt + d]), even);
            odd =
                ByteVector.fromMemorySegment(
                        BYTE_LANES, blocks, column + (long) (d + 1) * ROWS, ORDER)
                    .convertShape(VectorOperators.B2F, LANES, part)
                    .reinterpretAsFloats()
                    .fma(FloatVector.broadcast(LANES, query[byteQueryAt + d + 1]), odd);
          }
          if (d < byteCount) {
            even =
                ByteVector.fromMemorySegment(BYTE_LANES, blocks, column + (long) d * ROWS, ORDER)
                    .convertShape(VectorOperators.B2F, LANES, part)
                    .reinterpretAsFloats()
                    .fma(FloatVector.broadcast(LANES, query[byteQueryAt + d]), even);
          }
          FloatVector scale = FloatVector.fromMemorySegment(LANES, blocks, scales + r * 4L, ORDER);
          sums = even.add(odd).fma(scale, sums);
        }
        sums.intoArray(scores, b * ROWS + r);
      }
    }
  }

  @Override
  float bytesLane(
      MemorySegment blocks,
      long at,
      int lane,
      int size,
      int halfCount,
      float[] query,
      int queryAt) {
    float sum = halvesLane(blocks, at + lane * 2L, halfCount, query, queryAt);
    if (halfCount == size) {
      return sum;
    }
    long scales = at + (long) halfCount * SHORTS;
    long column = scales + SCALES + lane;
    float even = 0;
    float odd = 0;
    int d = halfCount;
    for (; d < size - 1; d += 2, column += 2 * ROWS) {
      even = Math.fma((float) blocks.get(JAVA_BYTE, column), query[queryAt + d], even);
      odd = Math.fma((float) blocks.get(JAVA_BYTE, column + ROWS), query[queryAt + d + 1], odd);
    }
    if (d < size) {
      even = Math.fma((float) blocks.get(JAVA_BYTE, column), query[queryAt + d], even);
    }
    return Math.fma(even + odd, blocks.get(JAVA_FLOAT_UNALIGNED, scales + lane * 4L), sum);
  }

  @Override
  void dotNibblesUnchecked(
      MemorySegment blocks,
      long at,
      int size,
      int blockCount,
      float[] query,
      int queryAt,
      float[] scores) {
    long blockBytes = nibbleBlockBytes(size);
    for (int b = 0; b < blockCount; b++) {
      for (int r = 0; r < ROWS; r += WIDTH) {
        int part = r % LOADED / WIDTH;
        long run = at + b * blockBytes;
        FloatVector sums = FloatVector.zero(LANES);
        for (int first = 0; first < size; first += RUN, run += RUN_BYTES) {
          int count = Math.min(RUN, size - first);
          long column = run + SHORTS + r / LOADED * (long) LOADED;
          FloatVector even = FloatVector.zero(LANES);
          FloatVector odd = FloatVector.zero(LANES);
          for (int p = 0; p < count / 2; p++) {
            IntVector pairs =
                ByteVector.fromMemorySegment(BYTE_LANES, blocks, column + (long) p * ROWS, ORDER)
                    .convertShape(VectorOperators.B2I, INTS, part)
                    .reinterpretAsInts();
            even =
                pairs
                    .lanewise(VectorOperators.LSHL, 28)
                    .lanewise(VectorOperators.ASHR, 28)
                    .convert(VectorOperators.I2F, 0)
                    .reinterpretAsFloats()
                    .fma(FloatVector.broadcast(LANES, query[queryAt + first + 2 * p]), even);
            odd =
                pairs
                    .lanewise(VectorOperators.ASHR, 4)
                    .convert(VectorOperators.I2F, 0)
                    .reinterpretAsFloats()
                    .fma(FloatVector.broadcast(LANES, query[queryAt + first + 2 * p + 1]), odd);
          }
          if (count % 2 == 1) {
            even =
                ByteVector.fromMemorySegment(
                        BYTE_LANES, blocks, column + (long) (count / 2) * ROWS, ORDER)
                    .convertShape(VectorOperators.B2I, INTS, part)
                    .reinterpretAsInts()
                    .lanewise(VectorOperators.LSHL, 28)
                    .lanewise(VectorOperators.ASHR, 28)
                    .convert(VectorOperators.I2F, 0)
                    .reinterpretAsFloats()
                    .fma(FloatVector.broadcast(LANES, query[queryAt + first + count - 1]), even);
          }
          FloatVector scale =
              ShortVector.fromMemorySegment(SHORT_LANES, blocks, run + r * 2L, ORDER)
                  .convertShape(VectorOperators.S2I, INTS, 0)
                  .reinterpretAsInts()
                  .lanewise(VectorOperators.LSHL, Short.SIZE)
                  .reinterpretAsFloats();
          sums = even.add(odd).fma(scale, sums);
        }
        sums.intoArray(scores, b * ROWS + r);
      }
    }
  }

  @Override
  float nibblesLane(MemorySegment blocks, long at, int lane, int size, float[] query, int queryAt) {
    float sum = 0;
    long run = at;
    for (int first = 0; first < size; first += RUN, run += RUN_BYTES) {
      int count = Math.min(RUN, size - first);
      long column = run + SHORTS + lane;
      float even = 0;
      float odd = 0;
      for (int d = 0; d < count; d += 2, column += ROWS) {
        byte pair = blocks.get(JAVA_BYTE, column);
        even = Math.fma((float) ScaledInts.first(pair), query[queryAt + first + d], even);
        if (d + 1 < count) {
          odd = Math.fma((float) ScaledInts.second(pair), query[queryAt + first + d + 1], odd);
        }
      }
      float scale = Bfloats.value(blocks.get(JAVA_SHORT_UNALIGNED, run + lane * 2L));
      sum = Math.fma(even + odd, scale, sum);
    }
    return sum;
  }
}
