package org.espalier.embeddings.kernel;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * Kernels over blocks of {@link #ROWS} rows. A cache line holds four values each of four rows: four is
 * few enough that adding up across lanes costs a scan next to nothing, and many enough that a single row
 * touches a quarter of the lines that it would touch with one value a line.
 *
 * <p>Lane {@code r} is row {@code r / 4} of group {@code r % 4}. A block is: for each group, for each whole
 * four of dimensions, a line of four rows, one row's values together; then, for each dimension that is
 * left over, a line of that value of the 16 lanes. So {@link #valueAt}, and no padding.
 *
 * <p>The block and the single-row kernel of one implementation add the same terms in the same order, and
 * so does interpreted code: a row's score does not depend on what computed it. A row has four partial
 * sums, of the dimensions that are equal modulo 4; they are added as (0 + 2) + (1 + 3), and then what is
 * left over. Segments are native and hold floats in the machine's byte order; nothing here allocates.
 */
public abstract sealed class BlockKernel permits ScalarBlockKernel, VectorBlockKernel {

  /** Rows a block. Sixteen floats are one cache line and one 512-bit register. */
  public static final int ROWS = 16;

  /** Dimensions whose values of one row lie together, and groups of a block. */
  static final int QUAD = 4;

  static final long LINE = ROWS * 4L; // bytes

  /** The byte within its block of value {@code d} of the row in a lane. */
  public static long valueAt(int size, int lane, int d) {
    int quads = size / QUAD;
    return d < quads * QUAD
        ? laneAt(quads, lane) + d / QUAD * LINE + d % QUAD * 4L
        : restAt(quads) + (d - quads * QUAD) * LINE + lane * 4L;
  }

  /** The byte within its block of a lane's first four values. */
  static long laneAt(int quads, int lane) {
    return lane % QUAD * (quads * LINE) + lane / QUAD * (QUAD * 4L);
  }

  /** The byte within its block from which the dimensions are that are left over. */
  static long restAt(int quads) {
    return QUAD * (quads * LINE);
  }

  /**
   * Scores consecutive blocks: {@code scores[scoresAt + b * ROWS + r] = Σ_d query[queryAt + d] * block b
   * (r, d)}.
   *
   * @param blocks holds {@code blockCount} blocks of {@code size * ROWS} floats from byte {@code at}
   * @param size values a row, at least 0
   */
  public final void dotBlocks(
      MemorySegment blocks,
      long at,
      int size,
      int blockCount,
      float[] query,
      int queryAt,
      float[] scores,
      int scoresAt) {
    Objects.checkFromIndexSize(at, (long) blockCount * size * ROWS * 4, blocks.byteSize());
    Objects.checkFromIndexSize(queryAt, size, query.length);
    Objects.checkFromIndexSize(scoresAt, blockCount * ROWS, scores.length);
    dotBlocksUnchecked(blocks, at, size, blockCount, query, queryAt, scores, scoresAt);
  }

  /** The score of the one row in {@code lane} of the block that starts at byte {@code at}. */
  public final float dotLane(
      MemorySegment blocks, long at, int lane, int size, float[] query, int queryAt) {
    Objects.checkFromIndexSize(at, (long) size * ROWS * 4, blocks.byteSize());
    Objects.checkIndex(lane, ROWS);
    Objects.checkFromIndexSize(queryAt, size, query.length);
    return dotLaneUnchecked(blocks, at, lane, size, query, queryAt);
  }

  /**
   * The first index in {@code from .. to - 1} whose score is at least {@code threshold}, or {@code to}.
   * NaN is at least nothing.
   */
  public final int firstAtLeast(float[] scores, int from, int to, float threshold) {
    Objects.checkFromToIndex(from, to, scores.length);
    return firstAtLeastUnchecked(scores, from, to, threshold);
  }

  abstract void dotBlocksUnchecked(
      MemorySegment blocks,
      long at,
      int size,
      int blockCount,
      float[] query,
      int queryAt,
      float[] scores,
      int scoresAt);

  abstract float dotLaneUnchecked(
      MemorySegment blocks, long at, int lane, int size, float[] query, int queryAt);

  abstract int firstAtLeastUnchecked(float[] scores, int from, int to, float threshold);
}
