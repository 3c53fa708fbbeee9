package org.espalier.embeddings.arena;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;

/** Owns a table's off-heap memory and knows its chunks by id. One writer; readers never wait. */
final class ChunkDirectory implements AutoCloseable {

  private final RowMemory memory = new RowMemory();
  private volatile Chunk[] chunks = {};
  private volatile long bytes; // of all chunks; written by the writer

  /** The chunk of a slot address that came from the index. */
  Chunk of(int address) {
    return chunks[Chunk.idOf(address)];
  }

  /** Makes chunks of {@code blockCount} blocks together and gives them to their group. */
  void grow(SlotGroup group, int blockCount) {
    Chunk[] before = chunks;
    int count = (blockCount + Chunk.BLOCKS_MAX - 1) / Chunk.BLOCKS_MAX;
    if (before.length + count > Chunk.IDS_MAX) {
      throw new IllegalStateException("a table holds at most 2^31 slots");
    }
    long blockBytes = group.format.blockBytes();
    MemorySegment rows = memory.allocate(blockCount * blockBytes);
    Chunk[] added = new Chunk[count];
    for (int c = 0; c < count; c++) {
      int from = c * Chunk.BLOCKS_MAX;
      int blocks = Math.min(Chunk.BLOCKS_MAX, blockCount - from);
      added[c] =
          new Chunk(
              before.length + c,
              group,
              blocks,
              rows.asSlice(from * blockBytes, blocks * blockBytes));
    }
    Chunk[] after = Arrays.copyOf(before, before.length + count);
    System.arraycopy(added, 0, after, before.length, count);
    chunks = after; // before any slot can be found through the group or the index
    long more = bytes;
    for (Chunk chunk : added) {
      more += chunk.bytes();
    }
    bytes = more;
    group.append(added);
  }

  long bytes() {
    return bytes;
  }

  /** What all chunks have for rows now. */
  List<MemorySegment> memory() {
    return Arrays.stream(chunks).map(chunk -> chunk.data.asReadOnly()).toList();
  }

  /** Frees everything; a reader that is still inside gets an exception, never freed memory. */
  @Override
  public void close() {
    memory.close();
  }
}
