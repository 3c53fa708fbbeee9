package org.espalier.embeddings.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The block kernels on the Vector API. Dimensions go round robin to four accumulators, because one
 * chain of fused multiply-adds would wait for its own latency. Registers narrower than a block pass
 * over it column by column; the block is in the first-level cache by then.
 */
final class VectorBlockKernel extends BlockKernel {

  // A species that is not a constant keeps C2 from intrinsics: every operation then allocates.
  private static final VectorSpecies<Float> LANES =
      FloatVector.SPECIES_PREFERRED.length() > ROWS
          ? FloatVector.SPECIES_512
          : FloatVector.SPECIES_PREFERRED;
  private static final int WIDTH = LANES.length();
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final long STEP = ROWS * 4L; // bytes from one dimension to the next

  @Override
  void dotBlocksUnchecked(
      MemorySegment blocks,
      long at,
      int size,
      int blockCount,
      float[] query,
      int queryAt,
      float[] scores) {
    long column = at;
    for (int b = 0; b < blockCount; b++, column += size * STEP) {
      for (int r = 0; r < ROWS; r += WIDTH) {
        dotColumns(blocks, column + r * 4L, size, query, queryAt, scores, b * ROWS + r);
      }
    }
  }

  /** Scores one register's rows. Returns nothing, because a returned vector would be boxed. */
  private static void dotColumns(
      MemorySegment blocks,
      long at,
      int size,
      float[] query,
      int queryAt,
      float[] scores,
      int scoresAt) {
    FloatVector sum0 = FloatVector.zero(LANES);
    FloatVector sum1 = FloatVector.zero(LANES);
    FloatVector sum2 = FloatVector.zero(LANES);
    FloatVector sum3 = FloatVector.zero(LANES);
    int d = 0;
    for (; d < (size & -4); d += 4) {
      long row = at + d * STEP;
      sum0 = load(blocks, row).fma(broadcast(query[queryAt + d]), sum0);
      sum1 = load(blocks, row + STEP).fma(broadcast(query[queryAt + d + 1]), sum1);
      sum2 = load(blocks, row + 2 * STEP).fma(broadcast(query[queryAt + d + 2]), sum2);
      sum3 = load(blocks, row + 3 * STEP).fma(broadcast(query[queryAt + d + 3]), sum3);
    }
    for (; d < size; d++) { // tail: size % 4
      sum0 = load(blocks, at + d * STEP).fma(broadcast(query[queryAt + d]), sum0);
    }
    sum0.add(sum1).add(sum2.add(sum3)).intoArray(scores, scoresAt);
  }

  private static FloatVector load(MemorySegment blocks, long at) {
    return FloatVector.fromMemorySegment(LANES, blocks, at, ORDER);
  }

  private static FloatVector broadcast(float value) {
    return FloatVector.broadcast(LANES, value);
  }

  /** One lane of {@link #dotColumns}: the same accumulators, so the same rounding. */
  @Override
  float dotLaneUnchecked(MemorySegment blocks, long at, int size, float[] query, int queryAt) {
    float sum0 = 0;
    float sum1 = 0;
    float sum2 = 0;
    float sum3 = 0;
    int d = 0;
    for (; d < (size & -4); d += 4) {
      long row = at + d * STEP;
      sum0 = Math.fma(blocks.get(JAVA_FLOAT, row), query[queryAt + d], sum0);
      sum1 = Math.fma(blocks.get(JAVA_FLOAT, row + STEP), query[queryAt + d + 1], sum1);
      sum2 = Math.fma(blocks.get(JAVA_FLOAT, row + 2 * STEP), query[queryAt + d + 2], sum2);
      sum3 = Math.fma(blocks.get(JAVA_FLOAT, row + 3 * STEP), query[queryAt + d + 3], sum3);
    }
    for (; d < size; d++) { // tail: size % 4
      sum0 = Math.fma(blocks.get(JAVA_FLOAT, at + d * STEP), query[queryAt + d], sum0);
    }
    return (sum0 + sum1) + (sum2 + sum3);
  }

  @Override
  int firstAtLeastUnchecked(float[] scores, int from, int to, float threshold) {
    int i = from;
    for (; i <= to - WIDTH; i += WIDTH) {
      VectorMask<Float> reached =
          FloatVector.fromArray(LANES, scores, i).compare(VectorOperators.GE, threshold);
      if (reached.anyTrue()) {
        return i + reached.firstTrue();
      }
    }
    for (; i < to; i++) { // tail: (to - from) % lanes
      if (scores[i] >= threshold) {
        return i;
      }
    }
    return to;
  }
}
