package org.espalier.embeddings.arena;

import it.unimi.dsi.fastutil.ints.IntArrayFIFOQueue;
import it.unimi.dsi.fastutil.ints.IntArrayList;
import it.unimi.dsi.fastutil.longs.LongArrayFIFOQueue;
import java.util.Arrays;
import org.espalier.embeddings.kernel.BlockKernel;
import org.espalier.embeddings.table.SizeGroup;

/**
 * The slots of one size: chunks of blocks, which slots are free, and which wait until no reader can
 * hold them. Readers use {@link #chunks} only; the rest is the table's one writer's.
 */
final class SlotGroup {

  /** Retired slots are looked through this many at a time, so that a publish rarely asks every seat. */
  private static final int RECLAIM_BATCH = 4 * BlockKernel.ROWS;

  final int ordinal;
  final int size;
  final BlockFormat format;
  private volatile Chunk[] chunks = {};

  private final IntArrayList free = new IntArrayList(); // addresses, taken from the end
  private final IntArrayFIFOQueue retired = new IntArrayFIFOQueue(); // addresses, oldest first
  private final LongArrayFIFOQueue retiredBy = new LongArrayFIFOQueue(); // the publish of each
  private int blockCount;

  SlotGroup(int ordinal, SizeGroup shape) {
    this.ordinal = ordinal;
    this.size = shape.size();
    this.format = BlockFormat.of(shape.encoding(), shape.size());
  }

  /** All chunks at this moment; a later one appears only in a later array. */
  Chunk[] chunks() {
    return chunks;
  }

  /** Frees what no reader holds any more, if that is worth a look. */
  void reclaim(Readers readers) {
    if (free.isEmpty() && retired.size() >= RECLAIM_BATCH) {
      reclaimAll(readers);
    }
  }

  /** Frees what no reader holds any more. */
  void reclaimAll(Readers readers) {
    if (retired.isEmpty()) {
      return;
    }
    long settled = readers.settled();
    while (!retired.isEmpty() && retiredBy.firstLong() <= settled) {
      retiredBy.dequeueLong();
      free.add(retired.dequeueInt());
    }
  }

  boolean hasFree() {
    return !free.isEmpty();
  }

  int freeCount() {
    return free.size();
  }

  /** Slots that wait for readers. */
  int retiredCount() {
    return retired.size();
  }

  int slotCount() {
    return blockCount * BlockKernel.ROWS;
  }

  /** Free slots that under a ceiling are kept for the replacement of rows that are in memory. */
  int reserve() {
    return Math.min(RECLAIM_BATCH, slotCount() / 16);
  }

  /** Memory of one more block. */
  long bytesOfBlock() {
    return format.blockBytes() + Chunk.bytesBesideBlock(format);
  }

  /** The address of a slot to write to. */
  int takeFree() {
    return free.popInt();
  }

  /** A slot that no longer counts since a publish, and that older readers may still be reading. */
  void retire(int address, long publish) {
    retired.enqueue(address);
    retiredBy.enqueue(publish);
  }

  /** Blocks to add when no slot is free: a sixteenth, so that free slots stay a small part. */
  int blocksToGrow() {
    return Math.max(RECLAIM_BATCH / BlockKernel.ROWS, blockCount / 16);
  }

  /** Appends chunks; their slots are then free, the first to be taken first. */
  void append(Chunk[] added) {
    Chunk[] before = chunks;
    Chunk[] after = Arrays.copyOf(before, before.length + added.length);
    System.arraycopy(added, 0, after, before.length, added.length);
    chunks = after;
    for (int c = added.length - 1; c >= 0; c--) {
      blockCount += added[c].blockCount;
      for (int slot = added[c].slotCount() - 1; slot >= 0; slot--) {
        free.add(added[c].address(slot));
      }
    }
  }
}
