package org.espalier.embeddings.arena;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import org.espalier.embeddings.kernel.Bfloats;
import org.espalier.embeddings.kernel.CodedBlockKernel;
import org.espalier.embeddings.kernel.ScaledInts;

/** Half bytes, two dimensions together, with a scale for each run of values of a row. */
record NibbleBlocks(int size) implements CodedBlocks {

  private static final int RUN = CodedBlockKernel.RUN;
  private static final int RUN_BYTES = SHORTS + RUN / 2 * ROWS;

  @Override
  public long blockBytes() {
    return CodedBlockKernel.nibbleBlockBytes(size);
  }

  @Override
  public void write(MemorySegment data, long blockAt, int lane, float[] row, int at) {
    long runAt = blockAt;
    for (int first = 0; first < size; first += RUN, runAt += RUN_BYTES) {
      int from = at + first;
      int count = Math.min(RUN, size - first);
      float scale = ScaledInts.NIBBLES.scale(row, from, count);
      float inverse = 1 / scale;
      data.set(JAVA_SHORT, runAt + lane * 2L, Bfloats.bits(scale));
      long pairAt = runAt + SHORTS + lane;
      for (int d = 0; d < count; d += 2, pairAt += ROWS) {
        int even = ScaledInts.quantise(row[from + d], inverse);
        int odd = d + 1 < count ? ScaledInts.quantise(row[from + d + 1], inverse) : 0;
        data.set(JAVA_BYTE, pairAt, ScaledInts.pair(even, odd));
      }
    }
  }

  @Override
  public float value(MemorySegment data, long blockAt, int lane, int d) {
    long runAt = blockAt + (long) (d / RUN) * RUN_BYTES;
    byte pair = data.get(JAVA_BYTE, runAt + SHORTS + (long) (d % RUN / 2) * ROWS + lane);
    int number = d % 2 == 0 ? ScaledInts.first(pair) : ScaledInts.second(pair);
    return number * Bfloats.value(data.get(JAVA_SHORT, runAt + lane * 2L));
  }

  @Override
  public void score(
      MemorySegment data, int blockCount, float[] query, int queryAt, float[] scores) {
    KERNEL.dotNibbles(data, 0, size, blockCount, query, queryAt, scores);
  }

  @Override
  public float scoreLane(MemorySegment data, long blockAt, int lane, float[] query, int queryAt) {
    return KERNEL.dotNibblesLane(data, blockAt, lane, size, query, queryAt);
  }
}
