package org.espalier.embeddings.arena;

import java.lang.foreign.MemorySegment;
import org.espalier.embeddings.kernel.BlockKernel;
import org.espalier.embeddings.kernel.CodedBlockKernel;
import org.espalier.embeddings.kernel.FloatKernels;
import org.espalier.embeddings.table.Basis;

/** Rows that are not stored in single precision, in the layouts of {@link CodedBlockKernel}. */
sealed interface CodedBlocks extends BlockFormat
    permits HalfBlocks, BfloatBlocks, ByteBlocks, NibbleBlocks {

  CodedBlockKernel KERNEL = FloatKernels.codedBlocks();
  int ROWS = BlockKernel.ROWS;
  int SHORTS = ROWS * Short.BYTES; // from a dimension to the next
  int SCALES = ROWS * Float.BYTES;

  int size();

  /** Value {@code d} of a row. */
  float value(MemorySegment data, long blockAt, int lane, int d);

  @Override
  default void addVector(
      MemorySegment data, long blockAt, int lane, Basis basis, float[] target, int at) {
    for (int d = 0; d < size(); d++) {
      basis.addDirection(size(), d, value(data, blockAt, lane, d), target, at);
    }
  }
}
