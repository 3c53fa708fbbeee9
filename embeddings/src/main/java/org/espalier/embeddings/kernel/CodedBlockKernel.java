package org.espalier.embeddings.kernel;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * Kernels over blocks of {@link BlockKernel#ROWS} rows that are not stored in single precision. Rows
 * lie side by side, dimension-major, as in {@link BlockKernel}, and the query is in single precision:
 * a stored value is widened in a register and never written back.
 *
 * <p>Three layouts; {@code x[16]} is one value for each row:
 *
 * <pre>
 * halves, bfloats: size × short[16]
 * bytes:           halfCount × short[16] (fp16), then, unless that is all,
 *                  float[16] scales, (size - halfCount) × byte[16]
 * nibbles:         for each run of up to {@link #RUN} values:
 *                  short[16] scales (bfloat16), ⌈values / 2⌉ × byte[16], the even value in the low half
 * </pre>
 *
 * <p>Block and single-row kernel of one implementation give a row the same bits. Segments are native
 * and in the machine's byte order; nothing here allocates.
 */
public abstract sealed class CodedBlockKernel permits ScalarCodedKernel, VectorCodedKernel {

  /** Values that share a scale in the layout of nibbles. */
  public static final int RUN = 32;

  static final int ROWS = BlockKernel.ROWS;
  static final int SHORTS = ROWS * Short.BYTES; // from one dimension to the next
  static final int SCALES = ROWS * Float.BYTES;
  static final int RUN_BYTES = SHORTS + RUN / 2 * ROWS;

  /** Bytes of a block of halves or bfloats. */
  public static long shortBlockBytes(int size) {
    return (long) size * SHORTS;
  }

  /** Bytes of a block of bytes, {@code halfCount} values of which are halves. */
  public static long byteBlockBytes(int size, int halfCount) {
    return (long) halfCount * SHORTS + (size > halfCount ? SCALES + (size - halfCount) * ROWS : 0);
  }

  /** Bytes of a block of nibbles. */
  public static long nibbleBlockBytes(int size) {
    return (long) Math.ceilDiv(size, RUN) * SHORTS + (long) Math.ceilDiv(size, 2) * ROWS;
  }

  /**
   * Scores consecutive blocks of halves: {@code scores[b * ROWS + r] = Σ_d query[queryAt + d] * block b
   * (d, r)}.
   *
   * @param at the byte where the first block begins
   * @param size values a row
   */
  public final void dotHalves(
      MemorySegment blocks,
      long at,
      int size,
      int blockCount,
      float[] query,
      int queryAt,
      float[] scores) {
    check(blocks, at, shortBlockBytes(size), blockCount, query, queryAt, size, scores);
    dotHalvesUnchecked(blocks, at, size, blockCount, query, queryAt, scores);
  }

  /** The score of the one row in {@code lane} of the block of halves that starts at byte {@code at}. */
  public final float dotHalvesLane(
      MemorySegment blocks, long at, int lane, int size, float[] query, int queryAt) {
    check(blocks, at, shortBlockBytes(size), lane, query, queryAt, size);
    return halvesLane(blocks, at + lane * 2L, size, query, queryAt);
  }

  /** As {@link #dotHalves}, of bfloats. */
  public final void dotBfloats(
      MemorySegment blocks,
      long at,
      int size,
      int blockCount,
      float[] query,
      int queryAt,
      float[] scores) {
    check(blocks, at, shortBlockBytes(size), blockCount, query, queryAt, size, scores);
    dotBfloatsUnchecked(blocks, at, size, blockCount, query, queryAt, scores);
  }

  /** As {@link #dotHalvesLane}, of bfloats. */
  public final float dotBfloatsLane(
      MemorySegment blocks, long at, int lane, int size, float[] query, int queryAt) {
    check(blocks, at, shortBlockBytes(size), lane, query, queryAt, size);
    return bfloatsLane(blocks, at + lane * 2L, size, query, queryAt);
  }

  /** As {@link #dotHalves}, of bytes that {@code halfCount} halves may precede. */
  public final void dotBytes(
      MemorySegment blocks,
      long at,
      int size,
      int halfCount,
      int blockCount,
      float[] query,
      int queryAt,
      float[] scores) {
    Objects.checkFromToIndex(halfCount, size, size);
    check(blocks, at, byteBlockBytes(size, halfCount), blockCount, query, queryAt, size, scores);
    dotBytesUnchecked(blocks, at, size, halfCount, blockCount, query, queryAt, scores);
  }

  /** As {@link #dotHalvesLane}, of bytes that {@code halfCount} halves may precede. */
  public final float dotBytesLane(
      MemorySegment blocks,
      long at,
      int lane,
      int size,
      int halfCount,
      float[] query,
      int queryAt) {
    Objects.checkFromToIndex(halfCount, size, size);
    check(blocks, at, byteBlockBytes(size, halfCount), lane, query, queryAt, size);
    return bytesLane(blocks, at, lane, size, halfCount, query, queryAt);
  }

  /** As {@link #dotHalves}, of nibbles. */
  public final void dotNibbles(
      MemorySegment blocks,
      long at,
      int size,
      int blockCount,
      float[] query,
      int queryAt,
      float[] scores) {
    check(blocks, at, nibbleBlockBytes(size), blockCount, query, queryAt, size, scores);
    dotNibblesUnchecked(blocks, at, size, blockCount, query, queryAt, scores);
  }

  /** As {@link #dotHalvesLane}, of nibbles. */
  public final float dotNibblesLane(
      MemorySegment blocks, long at, int lane, int size, float[] query, int queryAt) {
    check(blocks, at, nibbleBlockBytes(size), lane, query, queryAt, size);
    return nibblesLane(blocks, at, lane, size, query, queryAt);
  }

  abstract void dotHalvesUnchecked(
      MemorySegment blocks,
      long at,
      int size,
      int blockCount,
      float[] query,
      int queryAt,
      float[] scores);

  abstract float halvesLane(MemorySegment blocks, long at, int size, float[] query, int queryAt);

  abstract void dotBfloatsUnchecked(
      MemorySegment blocks,
      long at,
      int size,
      int blockCount,
      float[] query,
      int queryAt,
      float[] scores);

  abstract float bfloatsLane(MemorySegment blocks, long at, int size, float[] query, int queryAt);

  abstract void dotBytesUnchecked(
      MemorySegment blocks,
      long at,
      int size,
      int halfCount,
      int blockCount,
      float[] query,
      int queryAt,
      float[] scores);

  abstract float bytesLane(
      MemorySegment blocks, long at, int lane, int size, int halfCount, float[] query, int queryAt);

  abstract void dotNibblesUnchecked(
      MemorySegment blocks,
      long at,
      int size,
      int blockCount,
      float[] query,
      int queryAt,
      float[] scores);

  abstract float nibblesLane(
      MemorySegment blocks, long at, int lane, int size, float[] query, int queryAt);

  private static void check(
      MemorySegment blocks,
      long at,
      long blockBytes,
      int blockCount,
      float[] query,
      int queryAt,
      int size,
      float[] scores) {
    Objects.checkFromIndexSize(at, blockCount * blockBytes, blocks.byteSize());
    Objects.checkFromIndexSize(queryAt, size, query.length);
    Objects.checkFromIndexSize(0, blockCount * ROWS, scores.length);
  }

  private static void check(
      MemorySegment blocks,
      long at,
      long blockBytes,
      int lane,
      float[] query,
      int queryAt,
      int size) {
    Objects.checkFromIndexSize(at, blockBytes, blocks.byteSize());
    Objects.checkIndex(lane, ROWS);
    Objects.checkFromIndexSize(queryAt, size, query.length);
  }
}
