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
    int n = together(size);
    int lines = size / n;
    float sum = halves(blocks, at + laneAt(n, lines, lane), n, lines, 0, n, query, queryAt);
    long restAt = at + restAt(n, lines) + lane * 4L;
    for (int d = lines * n; d < size; d++, restAt += LINE) {
      sum += query[queryAt + d] * blocks.get(JAVA_FLOAT, restAt);
    }
    return sum;
  }

  /** The sum of the partial sums {@code first}, {@code first + step} and so on under {@code n}. */
  private static float halves(
      MemorySegment blocks,
      long rowAt,
      int n,
      int lines,
      int first,
      int count,
      float[] query,
      int queryAt) {
    if (count > 1) {
      int step = n / count;
      return halves(blocks, rowAt, n, lines, first, count / 2, query, queryAt)
          + halves(blocks, rowAt, n, lines, first + step, count / 2, query, queryAt);
    }
    float sum = 0;
    for (int t = 0; t < lines; t++) {
      sum += query[queryAt + t * n + first] * blocks.get(JAVA_FLOAT, rowAt + t * LINE + first * 4L);
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
