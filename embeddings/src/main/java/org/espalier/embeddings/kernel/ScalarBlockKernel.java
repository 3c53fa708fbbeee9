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
      float[] scores,
      int scoresAt) {
    for (int b = 0; b < blockCount; b++) {
      long block = at + (long) b * size * ROWS * 4;
      for (int r = 0; r < ROWS; r++) {
        scores[scoresAt + b * ROWS + r] = dotLaneUnchecked(blocks, block, r, size, query, queryAt);
      }
    }
  }

  @Override
  float dotLaneUnchecked(
      MemorySegment blocks, long at, int lane, int size, float[] query, int queryAt) {
    int quads = size / QUAD;
    long lineAt = at + laneAt(quads, lane);
    float sum0 = 0;
    float sum1 = 0;
    float sum2 = 0;
    float sum3 = 0;
    int d = 0;
    for (; d < quads * QUAD; d += QUAD, lineAt += LINE) {
      sum0 += query[queryAt + d] * blocks.get(JAVA_FLOAT, lineAt);
      sum1 += query[queryAt + d + 1] * blocks.get(JAVA_FLOAT, lineAt + 4);
      sum2 += query[queryAt + d + 2] * blocks.get(JAVA_FLOAT, lineAt + 8);
      sum3 += query[queryAt + d + 3] * blocks.get(JAVA_FLOAT, lineAt + 12);
    }
    float sum = (sum0 + sum2) + (sum1 + sum3);
    long restAt = at + restAt(quads) + lane * 4L;
    for (; d < size; d++, restAt += LINE) {
      sum += query[queryAt + d] * blocks.get(JAVA_FLOAT, restAt);
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
