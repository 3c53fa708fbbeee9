package org.espalier.embeddings.kernel;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * Kernels over blocks of {@link #ROWS} rows. A cache line holds several values each of several rows: few
 * enough values that adding up across lanes costs a scan next to nothing, and many enough that a single
 * row touches few lines that it shares with others. Rows under {@value #LONG} values have four in a line,
 * longer ones eight; call that {@code n}.
 *
 * <p>Lane {@code r} is row {@code r / n} of group {@code r % n}. A block is: for each group, for each whole
 * {@code n} of dimensions, a line of {@code 16 / n} rows, one row's values together; then, for each
 * dimension that is left over, a line of that value of the 16 lanes. So {@link #valueAt}, and no padding.
 *
 * <p>The block and the single-row kernel of one implementation add the same terms in the same order, and
 * so does interpreted code: a row's score does not depend on what computed it. A row has {@code n} partial
 * sums, of the dimensions that are equal modulo {@code n}; they are added by halves, (0 + 2) + (1 + 3) for
 * four, and then what is left over. Segments are native and hold floats in the machine's byte order;
 * nothing here allocates.
 */
public abstract sealed class BlockKernel permits ScalarBlockKernel, VectorBlockKernel {

  /** Rows a block. Sixteen floats are one cache line and one 512-bit register. */
  public static final int ROWS = 16;

  /** From this size on, a line holds eight values of a row. */
  static final int LONG = 32;

  static final long LINE = ROWS * 4L; // bytes

  /**
   * How many values of one row lie together, from each multiple of this number as far as that many are
   * left; and how many groups a block has.
   */
  public static int together(int size) {
    return size < LONG ? 4 : 8;
  }

  /** The byte within its block of value {@code d} of the row in a lane. */
  public static long valueAt(int size, int lane, int d) {
    int n = together(size);
    int lines = size / n; // of a group
    return d < lines * n
        ? laneAt(n, lines, lane) + d / n * LINE + d % n * 4L
        : restAt(n, lines) + (d - lines * n) * LINE + lane * 4L;
  }

  /** The byte within its block of a lane's first values. */
  static long laneAt(int n, int lines, int lane) {
    return lane % n * (lines * LINE) + lane / n * (n * 4L);
  }

  /** The byte within its block from which the dimensions are that are left over. */
  static long restAt(int n, int lines) {
    return n * (lines * LINE);
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
