package org.espalier.embeddings.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * The block kernels on the Vector API; long rows are in {@link VectorLongRows}. One pass over a block sums four groups, each in a register of
 * partial sums; two exchanges between the four then leave one register in which a lane is a row. Registers
 * narrower than a line pass over the block by columns; the block is in the first-level cache by then.
 *
 * <p>No vector crosses a method of ours: where the JIT does not inline such a method it boxes. That is why
 * the exchange stands here three times.
 */
final class VectorBlockKernel extends BlockKernel {

  // A species that is not a constant keeps C2 from intrinsics: every operation then allocates.
  private static final VectorSpecies<Float> LANES =
      FloatVector.SPECIES_PREFERRED.length() > ROWS
          ? FloatVector.SPECIES_512
          : FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Float> FOUR = FloatVector.SPECIES_128;
  private static final int WIDTH = LANES.length();
  private static final int QUAD = 4;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  /** One row's four values of a query beside every row's four values of a line. */
  private static final VectorShuffle<Float> REPEATED = VectorShuffle.fromOp(LANES, i -> i % QUAD);

  private static final VectorShuffle<Float> BY_2 = VectorShuffle.fromOp(LANES, i -> i ^ 2);
  private static final VectorShuffle<Float> BY_1 = VectorShuffle.fromOp(LANES, i -> i ^ 1);
  private static final VectorMask<Float> BIT_2 = VectorMask.fromLong(LANES, 0xCCCC);
  private static final VectorMask<Float> BIT_1 = VectorMask.fromLong(LANES, 0xAAAA);

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
    switch (size) {
      case 4 -> fours(blocks, at, blockCount, query, queryAt, scores, scoresAt);
      case 8 -> eights(blocks, at, blockCount, query, queryAt, scores, scoresAt);
      default -> {
        if (size < LONG) {
          any(blocks, at, size, blockCount, query, queryAt, scores, scoresAt);
        } else {
          VectorLongRows.dot(blocks, at, size, blockCount, query, queryAt, scores, scoresAt);
        }
      }
    }
  }

  private static void any(
      MemorySegment blocks,
      long at,
      int size,
      int blockCount,
      float[] query,
      int queryAt,
      float[] scores,
      int scoresAt) {
    int quads = size / QUAD;
    long group = quads * LINE; // bytes
    for (int b = 0; b < blockCount; b++) {
      for (int r = 0; r < ROWS; r += WIDTH) {
        long column = at + b * (size * LINE) + r * 4L;
        FloatVector sums = FloatVector.zero(LANES);
        if (quads > 0) {
          FloatVector s0 = sums;
          FloatVector s1 = sums;
          FloatVector s2 = sums;
          FloatVector s3 = sums;
          for (int t = 0; t < quads; t++) { // an int loop: C2 lifts the range checks out of it
            FloatVector q =
                FloatVector.fromArray(FOUR, query, queryAt + t * QUAD)
                    .reinterpretShape(LANES, 0)
                    .reinterpretAsFloats()
                    .rearrange(REPEATED);
            long line = column + t * LINE;
            s0 = FloatVector.fromMemorySegment(LANES, blocks, line, ORDER).fma(q, s0);
            s1 = FloatVector.fromMemorySegment(LANES, blocks, line + group, ORDER).fma(q, s1);
            s2 = FloatVector.fromMemorySegment(LANES, blocks, line + 2 * group, ORDER).fma(q, s2);
            s3 = FloatVector.fromMemorySegment(LANES, blocks, line + 3 * group, ORDER).fma(q, s3);
          }
          FloatVector even = s0.blend(s2, BIT_2).add(s2.blend(s0, BIT_2).rearrange(BY_2));
          FloatVector odd = s1.blend(s3, BIT_2).add(s3.blend(s1, BIT_2).rearrange(BY_2));
          sums = even.blend(odd, BIT_1).add(odd.blend(even, BIT_1).rearrange(BY_1));
        }
        long rest = column + QUAD * group;
        for (int d = quads * QUAD; d < size; d++, rest += LINE) {
          sums =
              FloatVector.fromMemorySegment(LANES, blocks, rest, ORDER)
                  .fma(FloatVector.broadcast(LANES, query[queryAt + d]), sums);
        }
        sums.intoArray(scores, scoresAt + b * ROWS + r);
      }
    }
  }

  /** Rows of four values: a block is four lines, and the query stays in a register. */
  private static void fours(
      MemorySegment blocks,
      long at,
      int blockCount,
      float[] query,
      int queryAt,
      float[] scores,
      int scoresAt) {
    FloatVector none = FloatVector.zero(LANES);
    FloatVector q =
        FloatVector.fromArray(FOUR, query, queryAt)
            .reinterpretShape(LANES, 0)
            .reinterpretAsFloats()
            .rearrange(REPEATED);
    for (int b = 0; b < blockCount; b++) {
      for (int r = 0; r < ROWS; r += WIDTH) {
        long line = at + b * (4 * LINE) + r * 4L;
        FloatVector s0 = FloatVector.fromMemorySegment(LANES, blocks, line, ORDER).fma(q, none);
        FloatVector s1 =
            FloatVector.fromMemorySegment(LANES, blocks, line + LINE, ORDER).fma(q, none);
        FloatVector s2 =
            FloatVector.fromMemorySegment(LANES, blocks, line + 2 * LINE, ORDER).fma(q, none);
        FloatVector s3 =
            FloatVector.fromMemorySegment(LANES, blocks, line + 3 * LINE, ORDER).fma(q, none);
        FloatVector even = s0.blend(s2, BIT_2).add(s2.blend(s0, BIT_2).rearrange(BY_2));
        FloatVector odd = s1.blend(s3, BIT_2).add(s3.blend(s1, BIT_2).rearrange(BY_2));
        even.blend(odd, BIT_1)
            .add(odd.blend(even, BIT_1).rearrange(BY_1))
            .intoArray(scores, scoresAt + b * ROWS + r);
      }
    }
  }

  /** Rows of eight values, the same with two registers. */
  private static void eights(
      MemorySegment blocks,
      long at,
      int blockCount,
      float[] query,
      int queryAt,
      float[] scores,
      int scoresAt) {
    FloatVector none = FloatVector.zero(LANES);
    FloatVector p =
        FloatVector.fromArray(FOUR, query, queryAt)
            .reinterpretShape(LANES, 0)
            .reinterpretAsFloats()
            .rearrange(REPEATED);
    FloatVector q =
        FloatVector.fromArray(FOUR, query, queryAt + QUAD)
            .reinterpretShape(LANES, 0)
            .reinterpretAsFloats()
            .rearrange(REPEATED);
    for (int b = 0; b < blockCount; b++) {
      for (int r = 0; r < ROWS; r += WIDTH) {
        long line = at + b * (8 * LINE) + r * 4L;
        FloatVector s0 = FloatVector.fromMemorySegment(LANES, blocks, line, ORDER).fma(p, none);
        FloatVector s1 =
            FloatVector.fromMemorySegment(LANES, blocks, line + 2 * LINE, ORDER).fma(p, none);
        FloatVector s2 =
            FloatVector.fromMemorySegment(LANES, blocks, line + 4 * LINE, ORDER).fma(p, none);
        FloatVector s3 =
            FloatVector.fromMemorySegment(LANES, blocks, line + 6 * LINE, ORDER).fma(p, none);
        s0 = FloatVector.fromMemorySegment(LANES, blocks, line + LINE, ORDER).fma(q, s0);
        s1 = FloatVector.fromMemorySegment(LANES, blocks, line + 3 * LINE, ORDER).fma(q, s1);
        s2 = FloatVector.fromMemorySegment(LANES, blocks, line + 5 * LINE, ORDER).fma(q, s2);
        s3 = FloatVector.fromMemorySegment(LANES, blocks, line + 7 * LINE, ORDER).fma(q, s3);
        FloatVector even = s0.blend(s2, BIT_2).add(s2.blend(s0, BIT_2).rearrange(BY_2));
        FloatVector odd = s1.blend(s3, BIT_2).add(s3.blend(s1, BIT_2).rearrange(BY_2));
        even.blend(odd, BIT_1)
            .add(odd.blend(even, BIT_1).rearrange(BY_1))
            .intoArray(scores, scoresAt + b * ROWS + r);
      }
    }
  }

  @Override
  float dotLaneUnchecked(
      MemorySegment blocks, long at, int lane, int size, float[] query, int queryAt) {
    if (size >= LONG) {
      return VectorLongRows.dotLane(blocks, at, lane, size, query, queryAt);
    }
    int quads = size / QUAD;
    float sum = 0;
    if (quads > 0) {
      long line = at + laneAt(QUAD, quads, lane);
      FloatVector sums = FloatVector.zero(FOUR);
      for (int t = 0; t < quads; t++) {
        sums =
            FloatVector.fromMemorySegment(FOUR, blocks, line + t * LINE, ORDER)
                .fma(FloatVector.fromArray(FOUR, query, queryAt + t * QUAD), sums);
      }
      sum = (sums.lane(0) + sums.lane(2)) + (sums.lane(1) + sums.lane(3));
    }
    long rest = at + restAt(QUAD, quads) + lane * 4L;
    for (int d = quads * QUAD; d < size; d++, rest += LINE) {
      sum = Math.fma(blocks.get(JAVA_FLOAT, rest), query[queryAt + d], sum);
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
