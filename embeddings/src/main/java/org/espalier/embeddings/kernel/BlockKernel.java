package org.espalier.embeddings.kernel;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * Kernels over blocks of {@link #ROWS} rows that lie side by side, dimension-major: value {@code d}
 * of the row in lane {@code r} is element {@code d * ROWS + r} of its block. A SIMD lane is a row, so
 * no lane is ever summed across.
 *
 * <p>The block and the single-row kernel of one implementation add the same terms in the same order:
 * a row's score does not depend on which of them computed it. Segments are native and hold floats in
 * the machine's byte order; nothing here allocates.
 */
public abstract sealed class BlockKernel permits ScalarBlockKernel, VectorBlockKernel {

  /** Rows a block. Sixteen floats are one cache line and one 512-bit register. */
  public static final int ROWS = 16;

  /**
   * Scores consecutive blocks: {@code scores[b * ROWS + r] = Σ_d query[queryAt + d] * block b (d, r)}.
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
      float[] scores) {
    Objects.checkFromIndexSize(at, (long) blockCount * size * ROWS * 4, blocks.byteSize());
    Objects.checkFromIndexSize(queryAt, size, query.length);
    Objects.checkFromIndexSize(0, blockCount * ROWS, scores.length);
    dotBlocksUnchecked(blocks, at, size, blockCount, query, queryAt, scores);
  }

  /** The score of the one row in {@code lane} of the block that starts at byte {@code at}. */
  public final float dotLane(
      MemorySegment blocks, long at, int lane, int size, float[] query, int queryAt) {
    Objects.checkFromIndexSize(at, (long) size * ROWS * 4, blocks.byteSize());
    Objects.checkIndex(lane, ROWS);
    Objects.checkFromIndexSize(queryAt, size, query.length);
    return dotLaneUnchecked(blocks, at + lane * 4L, size, query, queryAt);
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
      float[] scores);

  abstract float dotLaneUnchecked(
      MemorySegment blocks, long at, int size, float[] query, int queryAt);

  abstract int firstAtLeastUnchecked(float[] scores, int from, int to, float threshold);
}
