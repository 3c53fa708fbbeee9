package org.espalier.embeddings.arena;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import org.espalier.embeddings.kernel.BlockKernel;
import org.espalier.embeddings.kernel.FloatKernels;
import org.espalier.embeddings.table.Basis;

/** Single-precision values, dimension-major. */
record FloatBlocks(int size) implements BlockFormat {

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
