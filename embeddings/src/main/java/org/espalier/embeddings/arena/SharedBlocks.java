package org.espalier.embeddings.arena;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.espalier.embeddings.kernel.BlockKernel;
import org.espalier.embeddings.table.Basis;

/**
 * Size 0: all rows are the default row, so nothing is stored, and the query in the group's
 * coordinates is the one score that they share.
 */
record SharedBlocks() implements BlockFormat {

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
