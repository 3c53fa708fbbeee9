package org.espalier.embeddings.arena;

import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import org.espalier.embeddings.kernel.CodedBlockKernel;

/** Half-precision values, dimension-major. */
record HalfBlocks(int size) implements CodedBlocks {

  @Override
  public long blockBytes() {
    return CodedBlockKernel.shortBlockBytes(size);
  }

  @Override
  public void write(MemorySegment data, long blockAt, int lane, float[] row, int at) {
    long valueAt = blockAt + lane * 2L;
    for (int d = 0; d < size; d++, valueAt += SHORTS) {
      data.set(JAVA_SHORT, valueAt, Float.floatToFloat16(row[at + d]));
    }
  }

  @Override
  public float value(MemorySegment data, long blockAt, int lane, int d) {
    return Float.float16ToFloat(data.get(JAVA_SHORT, blockAt + (long) d * SHORTS + lane * 2L));
  }

  @Override
  public void score(
      MemorySegment data, int blockCount, float[] query, int queryAt, float[] scores) {
    KERNEL.dotHalves(data, 0, size, blockCount, query, queryAt, scores);
  }

  @Override
  public float scoreLane(MemorySegment data, long blockAt, int lane, float[] query, int queryAt) {
    return KERNEL.dotHalvesLane(data, blockAt, lane, size, query, queryAt);
  }
}
