package org.espalier.embeddings.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The block kernels on the Vector API. One accumulator and one forward stream: at the sizes and table
 * lengths that matter, memory is the limit, and four accumulators or several blocks at once reached
 * about half of the plain loop's bandwidth from DRAM. Registers narrower than a block pass over it
 * column by column; the block is in the first-level cache by then.
 *
 * <p>No vector crosses a method of ours: where the JIT does not inline such a method it boxes.
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
    for (int b = 0; b < blockCount; b++) {
      for (int r = 0; r < ROWS; r += WIDTH) {
        long column = at + b * (size * STEP) + r * 4L;
        FloatVector sums = FloatVector.zero(LANES);
        for (int d = 0; d < size; d++) { // an int loop: C2 lifts the range checks out of it
          sums =
              FloatVector.fromMemorySegment(LANES, blocks, column + d * STEP, ORDER)
                  .fma(FloatVector.broadcast(LANES, query[queryAt + d]), sums);
        }
        sums.intoArray(scores, b * ROWS + r);
      }
    }
  }

  @Override
  float dotLaneUnchecked(MemorySegment blocks, long at, int size, float[] query, int queryAt) {
    float sum = 0;
    for (int d = 0; d < size; d++) {
      sum = Math.fma(blocks.get(JAVA_FLOAT, at + d * STEP), query[queryAt + d], sum);
    }
    return sum;
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
