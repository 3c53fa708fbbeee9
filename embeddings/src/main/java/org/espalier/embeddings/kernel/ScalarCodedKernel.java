package org.espalier.embeddings.kernel;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;

/** The reference that the SIMD kernel is tested against, and the fallback without the module. */
final class ScalarCodedKernel extends CodedBlockKernel {

  @Override
  void dotHalvesUnchecked(
      MemorySegment blocks,
      long at,
      int size,
      int blockCount,
      float[] query,
      int queryAt,
      float[] scores) {
    for (int i = 0; i < blockCount * ROWS; i++) {
      long column = at + i / ROWS * shortBlockBytes(size) + i % ROWS * 2L;
      scores[i] = halvesLane(blocks, column, size, query, queryAt);
    }
  }

  @Override
  float halvesLane(MemorySegment blocks, long at, int size, float[] query, int queryAt) {
    float sum = 0;
    for (int d = 0; d < size; d++) {
      short half = blocks.get(JAVA_SHORT_UNALIGNED, at + (long) d * SHORTS);
      sum += query[queryAt + d] * Float.float16ToFloat(half);
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
    for (int i = 0; i < blockCount * ROWS; i++) {
      long column = at + i / ROWS * shortBlockBytes(size) + i % ROWS * 2L;
      scores[i] = bfloatsLane(blocks, column, size, query, queryAt);
    }
  }

  @Override
  float bfloatsLane(MemorySegment blocks, long at, int size, float[] query, int queryAt) {
    float sum = 0;
    for (int d = 0; d < size; d++) {
      short bits = blocks.get(JAVA_SHORT_UNALIGNED, at + (long) d * SHORTS);
      sum += query[queryAt + d] * Bfloats.value(bits);
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
    for (int i = 0; i < blockCount * ROWS; i++) {
      long block = at + i / ROWS * byteBlockBytes(size, halfCount);
      scores[i] = bytesLane(blocks, block, i % ROWS, size, halfCount, query, queryAt);
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
    if (size == halfCount) {
      return sum;
    }
    long scales = at + (long) halfCount * SHORTS;
    float bytesSum = 0;
    for (int d = halfCount; d < size; d++) {
      byte number = blocks.get(JAVA_BYTE, scales + SCALES + (long) (d - halfCount) * ROWS + lane);
      bytesSum += query[queryAt + d] * number;
    }
    return sum + bytesSum * blocks.get(JAVA_FLOAT_UNALIGNED, scales + lane * 4L);
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
    for (int i = 0; i < blockCount * ROWS; i++) {
      long block = at + i / ROWS * nibbleBlockBytes(size);
      scores[i] = nibblesLane(blocks, block, i % ROWS, size, query, queryAt);
    }
  }

  @Override
  float nibblesLane(MemorySegment blocks, long at, int lane, int size, float[] query, int queryAt) {
    float sum = 0;
    for (int first = 0; first < size; first += RUN) {
      long run = at + (long) (first / RUN) * RUN_BYTES;
      float runSum = 0;
      for (int d = 0; d < Math.min(RUN, size - first); d++) {
        byte pair = blocks.get(JAVA_BYTE, run + SHORTS + (long) (d / 2) * ROWS + lane);
        int number = d % 2 == 0 ? ScaledInts.first(pair) : ScaledInts.second(pair);
        runSum += query[queryAt + first + d] * number;
      }
      sum += runSum * Bfloats.value(blocks.get(JAVA_SHORT_UNALIGNED, run + lane * 2L));
    }
    return sum;
  }
}
