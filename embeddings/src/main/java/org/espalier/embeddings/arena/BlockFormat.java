package org.espalier.embeddings.arena;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.espalier.embeddings.kernel.BlockKernel;
import org.espalier.embeddings.kernel.FloatKernels;
import org.espalier.embeddings.table.Basis;
import org.espalier.embeddings.table.Encoding;

/** How the rows of one size group lie in their blocks, and how they are scored. */
sealed interface BlockFormat {

  static BlockFormat of(Encoding encoding, int size) {
    if (size == 0) {
      return new Shared();
    }
    return switch (encoding) {
      case FP32 -> new Floats(size);
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

  /** Scores one row; the same bits as {@link #score} gives it. */
  float scoreLane(MemorySegment data, long blockAt, int lane, float[] query, int queryAt);

  /** Single-precision values, dimension-major. */
  record Floats(int size) implements BlockFormat {

    private static final BlockKernel KERNEL = FloatKernels.blocks();
    private static final int STEP = BlockKernel.ROWS * Float.BYTES; // from a dimension to the next

    @Override
    public long blockBytes() {
      return (long) size * STEP;
    }

    @Override
    public void write(MemorySegment data, long blockAt, int lane, float[] row, int at) {
      long valueAt = blockAt + lane * 4L;
      for (int d = 0; d < size; d++, valueAt += STEP) {
        data.set(JAVA_FLOAT, valueAt, row[at + d]);
      }
    }

    @Override
    public void addVector(
        MemorySegment data, long blockAt, int lane, Basis basis, float[] target, int at) {
      long valueAt = blockAt + lane * 4L;
      for (int d = 0; d < size; d++, valueAt += STEP) {
        basis.addDirection(size, d, data.get(JAVA_FLOAT, valueAt), target, at);
      }
    }

    @Override
    public void score(
        MemorySegment data, int blockCount, float[] query, int queryAt, float[] scores) {
      KERNEL.dotBlocks(data, 0, size, blockCount, query, queryAt, scores);
    }

    @Override
    public float scoreLane(MemorySegment data, long blockAt, int lane, float[] query, int queryAt) {
      return KERNEL.dotLane(data, blockAt, lane, size, query, queryAt);
    }
  }

  /**
   * Size 0: all rows are the default row, so nothing is stored, and the query in the group's
   * coordinates is the one score that they share.
   */
  record Shared() implements BlockFormat {

    @Override
    public long blockBytes() {
      return 0;
    }

    @Override
    public void write(MemorySegment data, long blockAt, int lane, float[] row, int at) {}

    @Override
    public void addVector(
        MemorySegment data, long blockAt, int lane, Basis basis, float[] target, int at) {}

    @Override
    public void score(
        MemorySegment data, int blockCount, float[] query, int queryAt, float[] scores) {
      Arrays.fill(scores, 0, blockCount * BlockKernel.ROWS, query[queryAt]);
    }

    @Override
    public float scoreLane(MemorySegment data, long blockAt, int lane, float[] query, int queryAt) {
      return query[queryAt];
    }
  }
}
