package org.espalier.embeddings.arena;

import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import org.espalier.embeddings.kernel.Bfloats;
import org.espalier.embeddings.kernel.CodedBlockKernel;

/** bfloat16 values, dimension-major. */
record BfloatBlocks(int size) implements CodedBlocks {

  @Override
  public long blockBytes() {
    return CodedBlockKernel.shortBlockBytes(size);
  }

  @Override
  public void write(MemorySegment data, long blockAt, int lane, float[] row, int at) {
    long valueAt = blockAt + lane * 2L;
    for (int d = 0; d < size; d++, valueAt += SHORTS) {
      data.set(JAVA_SHORT, valueAt, Bfloats.bits(row[at + d]));
    }
  }

  @Override
  public float value(MemorySegment data, long blockAt, int lane, int d) {
    return Bfloats.value(data.get(JAVA_SHORT, blockAt + (long) d * SHORTS + lane * 2L));
  }

  @Override
  public void score(
      MemorySegment data, int blockCount, float[] query, int queryAt, float[] scores) {
    KERNEL.dotBfloats(data, 0, size, blockCount, query, queryAt, scores);
  }

  @Override
  public float scoreLane(MemorySegment data, long blockAt, int lane, float[] query, int queryAt) {
    return KERNEL.dotBfloatsLane(data, blockAt, lane, size, query, queryAt);
  }
}
