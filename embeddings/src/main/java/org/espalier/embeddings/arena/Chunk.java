package org.espalier.embeddings.arena;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.espalier.embeddings.kernel.BlockKernel;

/**
 * Up to {@link #BLOCKS_MAX} blocks of one size group, whose slots are numbered from 0. A slot's address
 * in its table is the chunk's id and the slot in one int, so that the token index and the way back,
 * {@link #token}, are eight bytes a token together.
 *
 * <p>Written by the table's one writer under readers. A block's stamp is the number of the last
 * publish that wrote into it. A scan reads values, then the index ({@link #valuesBeforeIndex}), then
 * the stamp of the slot that the index names: a stamp no newer than the scan's beginning says that the
 * values were whole.
 */
final class Chunk {

  static final int BLOCKS_MAX = 64;
  private static final int SLOT_BITS = 10; // BLOCKS_MAX * ROWS slots
  static final int SLOTS_MAX = 1 << SLOT_BITS;
  static final int IDS_MAX = Integer.MAX_VALUE >>> SLOT_BITS;
  static final int FREE = -1;
  private static final float[] NO_NORMS = {};

  private static final VarHandle INTS = MethodHandles.arrayElementVarHandle(int[].class);
  private static final VarHandle FLOATS = MethodHandles.arrayElementVarHandle(float[].class);
  private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);

  final int id;
  final SlotGroup group;
  final int ordinal; // of the group, here so that a gather reads it from this object
  final int blockCount;
  final MemorySegment data;
  private final int[]
      tokens; // a slot keeps its token after it is retired, until it is written again
  private final long[] stamps;
  private final float[] norms; // of each block's longest row ever, or a little more; or empty
  private final long blockBytes;

  Chunk(int id, SlotGroup group, int blockCount, MemorySegment data) {
    this.id = id;
    this.group = group;
    this.ordinal = group.ordinal;
    this.blockBytes = group.format.blockBytes();
    this.blockCount = blockCount;
    this.data = data;
    this.tokens = new int[blockCount * BlockKernel.ROWS];
    this.stamps = new long[blockCount];
    this.norms = group.format.bounded() ? new float[blockCount] : NO_NORMS;
    Arrays.fill(tokens, FREE);
  }

  /** Bytes kept beside a block: its tokens, its stamp and, where the format has bounds, its norm. */
  static long bytesBesideBlock(BlockFormat format) {
    return BlockKernel.ROWS * 4L + 8 + (format.bounded() ? 4 : 0);
  }

  static int idOf(int address) {
    return address >>> SLOT_BITS;
  }

  static int slotOf(int address) {
    return address & (SLOTS_MAX - 1);
  }

  int address(int slot) {
    return id << SLOT_BITS | slot;
  }

  int slotCount() {
    return tokens.length;
  }

  long blockAt(int slot) {
    return slot / BlockKernel.ROWS * blockBytes;
  }

  static int lane(int slot) {
    return slot % BlockKernel.ROWS;
  }

  /** The token whose row was last written to a slot, or {@link #FREE}. */
  int token(int slot) {
    return (int) INTS.getOpaque(tokens, slot);
  }

  /** The last publish that wrote into the slot's block. */
  long stamp(int slot) {
    return (long) LONGS.getOpaque(stamps, slot / BlockKernel.ROWS);
  }

  /**
   * No row that a reader can find in this block is longer, in its group's coordinates. It only ever grows,
   * so that a reader who sees an old value has an old row to go with it, and one who sees a row sees its
   * norm. Infinite when the format cannot tell.
   */
  float normMax(int block) {
    return norms.length == 0 ? Float.POSITIVE_INFINITY : (float) FLOATS.getOpaque(norms, block);
  }

  /** Keeps a reader from looking a token up before it has read the values that it asks about. */
  static void valuesBeforeIndex() {
    VarHandle.acquireFence();
  }

  /** Writes a row to a free slot. Setting the index (release) then makes all of it visible. */
  void write(int slot, int token, float[] row, int at, long publish) {
    int block = slot / BlockKernel.ROWS;
    if (norms.length > 0) {
      float norm = group.format.normMax(row, at);
      if (norm > norms[block]) {
        FLOATS.setOpaque(norms, block, norm);
      }
    }
    group.format.write(data, blockAt(slot), lane(slot), row, at);
    INTS.setOpaque(tokens, slot, token);
    LONGS.setOpaque(stamps, block, publish);
  }

  long bytes() {
    return data.byteSize() + blockCount * bytesBesideBlock(group.format);
  }
}
