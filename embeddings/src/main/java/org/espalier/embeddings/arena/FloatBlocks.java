package org.espalier.embeddings.arena;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;
import org.espalier.embeddings.kernel.BlockKernel;
import org.espalier.embeddings.kernel.FloatKernels;
import org.espalier.embeddings.table.Basis;

/** Single-precision values as {@link BlockKernel} lays them out. */
record FloatBlocks(int size) implements BlockFormat {

  private static final BlockKernel KERNEL = FloatKernels.blocks();

  @Override
  public long blockBytes() {
    return (long) size * BlockKernel.ROWS * Float.BYTES;
  }

  @Override
  public void write(MemorySegment data, long blockAt, int lane, float[] row, int at) {
    int n = BlockKernel.together(size);
    int d = 0;
    for (; d <= size - n; d += n) {
      long valueAt = blockAt + BlockKernel.valueAt(size, lane, d);
      for (int i = 0; i < n; i++) {
        data.set(JAVA_FLOAT, valueAt + i * 4L, row[at + d + i]);
      }
    }
    for (; d < size; d++) {
      data.set(JAVA_FLOAT, blockAt + BlockKernel.valueAt(size, lane, d), row[at + d]);
    }
  }

  @Override
  public void addVector(
      MemorySegment data, long blockAt, int lane, Basis basis, float[] target, int at) {
    int n = BlockKernel.together(size);
    int d = 0;
    for (; d <= size - n; d += n) {
      long valueAt = blockAt + BlockKernel.valueAt(size, lane, d);
      for (int i = 0; i < n; i++) {
        basis.addDirection(size, d + i, data.get(JAVA_FLOAT, valueAt + i * 4L), target, at);
      }
    }
    for (; d < size; d++) {
      float value = data.get(JAVA_FLOAT, blockAt + BlockKernel.valueAt(size, lane, d));
      basis.addDirection(size, d, value, target, at);
    }
  }

  @Override
  public void score(
      MemorySegment data, int blockCount, float[] query, int queryAt, float[] scores) {
    score(data, 0, blockCount, query, queryAt, scores);
  }

  @Override
  public void score(
      MemorySegment data, int from, int to, float[] query, int queryAt, float[] scores) {
    KERNEL.dotBlocks(
        data,
        from * blockBytes(),
        size,
        to - from,
        query,
        queryAt,
        scores,
        from * BlockKernel.ROWS);
  }

  @Override
  public int touch(MemorySegment data, long blockAt, int lane) {
    long lineAt = blockAt + BlockKernel.valueAt(size, lane, 0);
    int lines = size / BlockKernel.together(size);
    int bits = 0;
    for (int line = 0; line < lines; line++) {
      bits += data.get(JAVA_INT, lineAt + line * 64L);
    }
    return bits;
  }

  @Override
  public boolean bounded() {
    return true;
  }

  @Override
  public float normMax(float[] row, int at) {
    return Norms.above(row, at, size);
  }

  @Override
  public float scoreLane(MemorySegment data, long blockAt, int lane, float[] query, int queryAt) {
    return KERNEL.dotLane(data, blockAt, lane, size, query, queryAt);
  }
}
