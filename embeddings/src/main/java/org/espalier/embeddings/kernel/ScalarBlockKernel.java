package org.espalier.embeddings.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;

/** The reference that the SIMD kernel is tested against, and the fallback without the module. */
final class ScalarBlockKernel extends BlockKernel {

  @Override
  void dotBlocksUnchecked(
      MemorySegment blocks,
      long at,
      int size,
      int blockCount,
      float[] query,
      int queryAt,
      float[] scores) {
    for (int b = 0; b < blockCount; b++) {
      long block = at + (long) b * size * ROWS * 4;
      for (int r = 0; r < ROWS; r++) {
        scores[b * ROWS + r] = dotLaneUnchecked(blocks, block + r * 4L, size, query, queryAt);
      }
    }
  }

  @Override
  float dotLaneUnchecked(MemorySegment blocks, long at, int size, float[] query, int queryAt) {
    float sum = 0;
    for (int d = 0; d < size; d++) {
      sum += query[queryAt + d] * blocks.get(JAVA_FLOAT, at + (long) d * ROWS * 4);
    }
    return sum;
  }

  @Override
  int firstAtLeastUnchecked(float[] scores, int from, int to, float threshold) {
    for (int i = from; i < to; i++) {
      if (scores[i] >= threshold) {
        return i;
      }
    }
    return to;
  }
}
