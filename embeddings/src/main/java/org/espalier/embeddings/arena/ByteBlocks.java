package org.espalier.embeddings.arena;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import org.espalier.embeddings.kernel.CodedBlockKernel;
import org.espalier.embeddings.kernel.ScaledInts;

/**
 * Bytes with a scale a row, dimension-major.
 *
 * @param halfCount so many values before the bytes are halves, which the scale does not concern
 */
record ByteBlocks(int size, int halfCount) implements CodedBlocks {

  @Override
  public long blockBytes() {
    return CodedBlockKernel.byteBlockBytes(size, halfCount);
  }

  @Override
  public void write(MemorySegment data, long blockAt, int lane, float[] row, int at) {
    long halfAt = blockAt + lane * 2L;
    for (int d = 0; d < halfCount; d++, halfAt += SHORTS) {
      data.set(JAVA_SHORT, halfAt, Float.floatToFloat16(row[at + d]));
    }
    if (halfCount == size) {
      return;
    }
    float scale = ScaledInts.BYTES.scale(row, at + halfCount, size - halfCount);
    float inverse = 1 / scale;
    data.set(JAVA_FLOAT, scalesAt(blockAt) + lane * 4L, scale);
    long valueAt = scalesAt(blockAt) + SCALES + lane;
    for (int d = halfCount; d < size; d++, valueAt += ROWS) {
      data.set(JAVA_BYTE, valueAt, (byte) ScaledInts.quantise(row[at + d], inverse));
    }
  }

  @Override
  public float value(MemorySegment data, long blockAt, int lane, int d) {
    if (d < halfCount) {
      return Float.float16ToFloat(data.get(JAVA_SHORT, blockAt + (long) d * SHORTS + lane * 2L));
    }
    long numbersAt = scalesAt(blockAt) + SCALES + lane;
    return data.get(JAVA_BYTE, numbersAt + (long) (d - halfCount) * ROWS)
        * data.get(JAVA_FLOAT, scalesAt(blockAt) + lane * 4L);
  }

  @Override
  public void score(
      MemorySegment data, int blockCount, float[] query, int queryAt, float[] scores) {
    KERNEL.dotBytes(data, 0, size, halfCount, blockCount, query, queryAt, scores);
  }

  @Override
  public float scoreLane(MemorySegment data, long blockAt, int lane, float[] query, int queryAt) {
    return KERNEL.dotBytesLane(data, blockAt, lane, size, halfCount, query, queryAt);
  }

  private long scalesAt(long blockAt) {
    return blockAt + (long) halfCount * SHORTS;
  }
}
