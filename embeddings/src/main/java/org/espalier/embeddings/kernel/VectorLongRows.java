package org.espalier.embeddings.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.espalier.embeddings.kernel.BlockKernel.LINE;
import static org.espalier.embeddings.kernel.BlockKernel.ROWS;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * The part of {@link VectorBlockKernel} for rows of at least {@link BlockKernel#LONG} values: eight groups
 * and three exchanges. Registers of four lanes hold half of a row's eight values, so with them rows are
 * scored one by one.
 */
final class VectorLongRows {

  static final int EIGHT = 8;

  // A species that is not a constant keeps C2 from intrinsics: every operation then allocates.
  private static final VectorSpecies<Float> LANES =
      FloatVector.SPECIES_PREFERRED.length() > ROWS
          ? FloatVector.SPECIES_512
          : FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Float> HALF = FloatVector.SPECIES_128;
  private static final VectorSpecies<Float> WHOLE = FloatVector.SPECIES_256;
  private static final int WIDTH = LANES.length();
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private static final VectorShuffle<Float> REPEATED = VectorShuffle.fromOp(LANES, i -> i % EIGHT);
  private static final VectorShuffle<Float> BY_4 = exchange(4);
  private static final VectorShuffle<Float> BY_2 = exchange(2);
  private static final VectorShuffle<Float> BY_1 = exchange(1);
  private static final VectorMask<Float> BIT_4 = VectorMask.fromLong(LANES, 0xF0F0);
  private static final VectorMask<Float> BIT_2 = VectorMask.fromLong(LANES, 0xCCCC);
  private static final VectorMask<Float> BIT_1 = VectorMask.fromLong(LANES, 0xAAAA);

  private VectorLongRows() {}

  static void dot(
      MemorySegment blocks,
      long at,
      int size,
      int blockCount,
      float[] query,
      int queryAt,
      float[] scores,
      int scoresAt) {
    if (WIDTH < EIGHT) {
      for (int row = 0; row < blockCount * ROWS; row++) {
        long block = at + row / ROWS * (size * LINE);
        scores[scoresAt + row] = dotLane(blocks, block, row % ROWS, size, query, queryAt);
      }
      return;
    }
    if (size == VectorRowsOf64.SIZE && VectorRowsOf64.SUPPORTED) {
      VectorRowsOf64.dot(blocks, at, blockCount, query, queryAt, scores, scoresAt);
      return;
    }
    int lines = size / EIGHT;
    long group = lines * LINE; // bytes
    for (int b = 0; b < blockCount; b++) {
      for (int r = 0; r < ROWS; r += WIDTH) {
        long column = at + b * (size * LINE) + r * 4L;
        FloatVector s0 = FloatVector.zero(LANES);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        FloatVector s4 = s0;
        FloatVector s5 = s0;
        FloatVector s6 = s0;
        FloatVector s7 = s0;
        for (int t = 0; t < lines; t++) { // an int loop: C2 lifts the range checks out of it
          FloatVector q =
              FloatVector.fromArray(WHOLE, query, queryAt + t * EIGHT)
                  .reinterpretShape(LANES, 0)
                  .reinterpretAsFloats()
                  .rearrange(REPEATED);
          long line = column + t * LINE;
          s0 = FloatVector.fromMemorySegment(LANES, blocks, line, ORDER).fma(q, s0);
          s1 = FloatVector.fromMemorySegment(LANES, blocks, line + group, ORDER).fma(q, s1);
          s2 = FloatVector.fromMemorySegment(LANES, blocks, line + 2 * group, ORDER).fma(q, s2);
          s3 = FloatVector.fromMemorySegment(LANES, blocks, line + 3 * group, ORDER).fma(q, s3);
          s4 = FloatVector.fromMemorySegment(LANES, blocks, line + 4 * group, ORDER).fma(q, s4);
          s5 = FloatVector.fromMemorySegment(LANES, blocks, line + 5 * group, ORDER).fma(q, s5);
          s6 = FloatVector.fromMemorySegment(LANES, blocks, line + 6 * group, ORDER).fma(q, s6);
          s7 = FloatVector.fromMemorySegment(LANES, blocks, line + 7 * group, ORDER).fma(q, s7);
        }
        s0 = s0.blend(s4, BIT_4).add(s4.blend(s0, BIT_4).rearrange(BY_4));
        s1 = s1.blend(s5, BIT_4).add(s5.blend(s1, BIT_4).rearrange(BY_4));
        s2 = s2.blend(s6, BIT_4).add(s6.blend(s2, BIT_4).rearrange(BY_4));
        s3 = s3.blend(s7, BIT_4).add(s7.blend(s3, BIT_4).rearrange(BY_4));
        s0 = s0.blend(s2, BIT_2).add(s2.blend(s0, BIT_2).rearrange(BY_2));
        s1 = s1.blend(s3, BIT_2).add(s3.blend(s1, BIT_2).rearrange(BY_2));
        FloatVector sums = s0.blend(s1, BIT_1).add(s1.blend(s0, BIT_1).rearrange(BY_1));
        long rest = column + EIGHT * group;
        for (int d = lines * EIGHT; d < size; d++, rest += LINE) {
          sums =
              FloatVector.fromMemorySegment(LANES, blocks, rest, ORDER)
                  .fma(FloatVector.broadcast(LANES, query[queryAt + d]), sums);
        }
        sums.intoArray(scores, scoresAt + b * ROWS + r);
      }
    }
  }

  static float dotLane(
      MemorySegment blocks, long at, int lane, int size, float[] query, int queryAt) {
    int lines = size / EIGHT;
    long line = at + BlockKernel.laneAt(EIGHT, lines, lane);
    FloatVector low = FloatVector.zero(HALF);
    FloatVector high = low;
    for (int t = 0; t < lines; t++) {
      int q = queryAt + t * EIGHT;
      long value = line + t * LINE;
      low =
          FloatVector.fromMemorySegment(HALF, blocks, value, ORDER)
              .fma(FloatVector.fromArray(HALF, query, q), low);
      high =
          FloatVector.fromMemorySegment(HALF, blocks, value + 16, ORDER)
              .fma(FloatVector.fromArray(HALF, query, q + 4), high);
    }
    FloatVector sums = low.add(high);
    float sum = (sums.lane(0) + sums.lane(2)) + (sums.lane(1) + sums.lane(3));
    long rest = at + BlockKernel.restAt(EIGHT, lines) + lane * 4L;
    for (int d = lines * EIGHT; d < size; d++, rest += LINE) {
      sum = Math.fma(blocks.get(JAVA_FLOAT, rest), query[queryAt + d], sum);
    }
    return sum;
  }

  private static VectorShuffle<Float> exchange(int n) {
    return VectorShuffle.fromOp(LANES, i -> (i ^ n) % WIDTH);
  }
}
