package org.espalier.embeddings.arena;

import java.lang.foreign.MemorySegment;
import org.espalier.embeddings.kernel.BlockKernel;
import org.espalier.embeddings.table.Basis;
import org.espalier.embeddings.table.Encoding;

/**
 * How the rows of one size group lie in their blocks, and how they are scored. A row in a block has the
 * values that its payload has; writing values that came from a payload restores it exactly, because
 * encodings are stable.
 */
sealed interface BlockFormat permits FloatBlocks, CodedBlocks, SharedBlocks {

  static BlockFormat of(Encoding encoding, int size) {
    if (size == 0) {
      return new SharedBlocks();
    }
    return switch (encoding) {
      case FP32 -> new FloatBlocks(size);
      case FP16 -> new HalfBlocks(size);
      case BF16 -> new BfloatBlocks(size);
      case INT8 -> new ByteBlocks(size, 0);
      case INT4 -> new NibbleBlocks(size);
      case MIXED -> new ByteBlocks(size, Encoding.leadingHalves(size));
    };
  }

  /** Bytes of {@link BlockKernel#ROWS} rows. */
  long blockBytes();

  /** Writes {@code row[at ..]} to a lane of the block at byte {@code blockAt}. */
  void write(MemorySegment data, long blockAt, int lane, float[] row, int at);

  /** Adds the row's vector in the model's space to {@code target[at ..]}. */
  void addVector(MemorySegment data, long blockAt, int lane, Basis basis, float[] target, int at);

  /** Scores blocks from byte 0 against {@code query[queryAt ..]} in the group's coordinates. */
  void score(MemorySegment data, int blockCount, float[] query, int queryAt, float[] scores);

  /**
   * Scores the blocks {@code from .. to - 1}, each where {@link #score} puts it. One that is not {@link
   * #bounded} is only ever asked for all.
   */
  default void score(
      MemorySegment data, int from, int to, float[] query, int queryAt, float[] scores) {
    score(data, to, query, queryAt, scores);
  }

  /** Whether {@link #normMax} is known, so that blocks can be passed over. */
  default boolean bounded() {
    return false;
  }

  /**
   * The Euclidean norm of {@code row[at ..]} as it will be stored, or a little more, so that no rounding
   * of a score exceeds its product with the query's norm. Only of a format that is bounded.
   */
  default float normMax(float[] row, int at) {
    throw new UnsupportedOperationException("no norms are kept of this format");
  }

  /**
   * Reads a little of each cache line of a row, so that scoring it soon after finds it in the cache; where
   * a row has few lines, nothing. Returns something of what was read.
   */
  default int touch(MemorySegment data, long blockAt, int lane) {
    return 0;
  }

  /** Scores one row; the same bits as {@link #score} gives it. */
  float scoreLane(MemorySegment data, long blockAt, int lane, float[] query, int queryAt);
}
