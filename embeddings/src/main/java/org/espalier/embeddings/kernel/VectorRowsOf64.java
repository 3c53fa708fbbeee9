package org.espalier.embeddings.kernel;

import static org.espalier.embeddings.kernel.BlockKernel.LINE;
import static org.espalier.embeddings.kernel.BlockKernel.ROWS;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link VectorLongRows} for rows of 64 values, the full size of most tables, and registers of a line: two
 * rows at a time in one long loop without an inner one. What counts from memory is how many lines the
 * processor has on their way, so how few instructions a line takes: eight short rounds a block, with
 * their range checks, left it at two thirds of a plain read. The same terms in the same order.
 */
final class VectorRowsOf64 {

  static final int SIZE = 64;

  /** Whether this machine's registers hold a line; all constants below are for such. */
  static final boolean SUPPORTED = FloatVector.SPECIES_PREFERRED.length() >= ROWS;

  private static final int EIGHT = VectorLongRows.EIGHT;
  private static final int PAIRS = ROWS / 2; // in a block: a row and the one that many rows on
  private static final long PAIR = SIZE / EIGHT * LINE; // bytes

  // A species that is not a constant keeps C2 from intrinsics: every operation then allocates.
  private static final VectorSpecies<Float> LANES = FloatVector.SPECIES_512;
  private static final VectorSpecies<Float> ROW = FloatVector.SPECIES_256;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private static final VectorShuffle<Float> REPEATED = VectorShuffle.fromOp(LANES, i -> i % EIGHT);
  private static final VectorShuffle<Float> BY_4 = VectorShuffle.fromOp(LANES, i -> i ^ 4);
  private static final VectorShuffle<Float> BY_2 = VectorShuffle.fromOp(LANES, i -> i ^ 2);

  /** The last exchange, and each row's sum to the front. */
  private static final VectorShuffle<Float> EVEN =
      VectorShuffle.fromOp(LANES, i -> i * EIGHT % ROWS);

  private static final VectorShuffle<Float> ODD =
      VectorShuffle.fromOp(LANES, i -> i * EIGHT % ROWS + 1);

  private VectorRowsOf64() {}

  static void dot(
      MemorySegment blocks,
      long at,
      int blockCount,
      float[] query,
      int queryAt,
      float[] scores,
      int scoresAt) {
    FloatVector none = FloatVector.zero(LANES);
    FloatVector q0 =
        FloatVector.fromArray(ROW, query, queryAt)
            .reinterpretShape(LANES, 0)
            .reinterpretAsFloats()
            .rearrange(REPEATED);
    FloatVector q1 =
        FloatVector.fromArray(ROW, query, queryAt + 8)
            .reinterpretShape(LANES, 0)
            .reinterpretAsFloats()
            .rearrange(REPEATED);
    FloatVector q2 =
        FloatVector.fromArray(ROW, query, queryAt + 16)
            .reinterpretShape(LANES, 0)
            .reinterpretAsFloats()
            .rearrange(REPEATED);
    FloatVector q3 =
        FloatVector.fromArray(ROW, query, queryAt + 24)
            .reinterpretShape(LANES, 0)
            .reinterpretAsFloats()
            .rearrange(REPEATED);
    FloatVector q4 =
        FloatVector.fromArray(ROW, query, queryAt + 32)
            .reinterpretShape(LANES, 0)
            .reinterpretAsFloats()
            .rearrange(REPEATED);
    FloatVector q5 =
        FloatVector.fromArray(ROW, query, queryAt + 40)
            .reinterpretShape(LANES, 0)
            .reinterpretAsFloats()
            .rearrange(REPEATED);
    FloatVector q6 =
        FloatVector.fromArray(ROW, query, queryAt + 48)
            .reinterpretShape(LANES, 0)
            .reinterpretAsFloats()
            .rearrange(REPEATED);
    FloatVector q7 =
        FloatVector.fromArray(ROW, query, queryAt + 56)
            .reinterpretShape(LANES, 0)
            .reinterpretAsFloats()
            .rearrange(REPEATED);
    int pairs = blockCount * PAIRS;
    for (int p = 0; p < pairs; p++) {
      long line = at + p * PAIR;
      FloatVector s = FloatVector.fromMemorySegment(LANES, blocks, line, ORDER).fma(q0, none);
      s = FloatVector.fromMemorySegment(LANES, blocks, line + LINE, ORDER).fma(q1, s);
      s = FloatVector.fromMemorySegment(LANES, blocks, line + 2 * LINE, ORDER).fma(q2, s);
      s = FloatVector.fromMemorySegment(LANES, blocks, line + 3 * LINE, ORDER).fma(q3, s);
      s = FloatVector.fromMemorySegment(LANES, blocks, line + 4 * LINE, ORDER).fma(q4, s);
      s = FloatVector.fromMemorySegment(LANES, blocks, line + 5 * LINE, ORDER).fma(q5, s);
      s = FloatVector.fromMemorySegment(LANES, blocks, line + 6 * LINE, ORDER).fma(q6, s);
      s = FloatVector.fromMemorySegment(LANES, blocks, line + 7 * LINE, ORDER).fma(q7, s);
      s = s.add(s.rearrange(BY_4));
      s = s.add(s.rearrange(BY_2));
      s = s.rearrange(EVEN).add(s.rearrange(ODD));
      int row = scoresAt + 2 * (p & -PAIRS) + (p & (PAIRS - 1));
      scores[row] = s.lane(0);
      scores[row + PAIRS] = s.lane(1);
    }
  }
}
