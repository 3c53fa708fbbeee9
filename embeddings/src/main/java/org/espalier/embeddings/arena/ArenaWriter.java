package org.espalier.embeddings.arena;

import java.util.concurrent.locks.LockSupport;
import org.espalier.embeddings.kernel.BlockKernel;
import org.espalier.embeddings.table.TableShape;

/**
 * The publishing side of an {@link ArenaTable}. One thread at a time is inside; the others wait.
 *
 * <p>How a publish goes: write the new row to a free slot, point the index to it (release), retire the
 * old slot, and write to that one again only when no reader can hold it ({@link Readers}). A group
 * without a free slot grows. Under a ceiling, and with no room to grow, new rows go to the tier; a few
 * slots stay free so that rows in memory can be replaced there. When slots are free beyond those, rows
 * come back.
 */
final class ArenaWriter implements AutoCloseable {

  /** Without a tier, replaced rows that wait for readers are at most this many, or the share below. */
  static final int RETIRED_MIN = 4096;

  private static final int RETIRED_SHARE = 8; // one eighth of a group's slots
  private static final int BROUGHT_BACK_MAX = 16; // by one publish, so that none takes long
  private static final long NAP_NS = 50_000;

  private final TableShape shape;
  private final SlotGroup[] groups;
  private final TokenIndex index;
  private final Readers readers;
  private final ChunkDirectory directory;
  private final SpilledRows spilled;
  private final ArenaMemory memory;
  private final SpilledRows.Row buffer = new SpilledRows.Row();
  private volatile int rowCount;
  private volatile boolean closed;

  ArenaWriter(
      TableShape shape,
      SlotGroup[] groups,
      TokenIndex index,
      Readers readers,
      ChunkDirectory directory,
      SpilledRows spilled,
      ArenaMemory memory) {
    this.shape = shape;
    this.groups = groups;
    this.index = index;
    this.readers = readers;
    this.directory = directory;
    this.spilled = spilled;
    this.memory = memory;
  }

  int rowCount() {
    return rowCount;
  }

  void requireOpen() {
    if (closed) {
      throw new IllegalStateException("table " + shape.name() + " is closed");
    }
  }

  /** Makes room for the rows that the shape announces, if all of them fit under the ceiling. */
  synchronized void reserve() {
    long bytes = 0;
    for (SlotGroup group : groups) {
      bytes += blocks(group) * group.bytesOfBlock();
    }
    if (bytes > memory.ceilingBytes()) {
      return;
    }
    for (SlotGroup group : groups) {
      if (blocks(group) > 0) {
        directory.grow(group, blocks(group));
      }
    }
  }

  private int blocks(SlotGroup group) {
    return Math.ceilDiv(shape.groups().get(group.ordinal).rows(), BlockKernel.ROWS);
  }

  /** Publishes a row that is valid for its group. */
  synchronized void publish(int token, float[] row, int at, int group) {
    requireOpen();
    int before = index.find(token);
    int address = slot(groups[group], before);
    long publish = readers.clock() + 1;
    if (address == TokenIndex.SPILLED) {
      spilled.put(group, token, row, at);
    } else {
      directory.of(address).write(Chunk.slotOf(address), token, row, at, publish);
    }
    moved(token, before, address, publish);
    bringBack();
  }

  /** Takes a row away; false when there is none. */
  synchronized boolean remove(int token) {
    requireOpen();
    int before = index.find(token);
    if (before == TokenIndex.ABSENT) {
      return false;
    }
    moved(token, before, TokenIndex.ABSENT, readers.clock() + 1);
    bringBack();
    return true;
  }

  /**
   * Points the index to where a row is now, and gives up where it was. When the tier fails to give it
   * up, the row has moved all the same, and {@link #bringBack} tries again.
   */
  private synchronized void moved(int token, int before, int address, long publish) {
    index.set(token, address);
    if (before == TokenIndex.ABSENT) {
      rowCount++;
    } else if (address == TokenIndex.ABSENT) {
      rowCount--;
    }
    try {
      if (before >= 0) {
        directory.of(before).group.retire(before, publish);
      } else if (before == TokenIndex.SPILLED && address != TokenIndex.SPILLED) {
        spilled.remove(token);
      }
    } finally {
      readers.advance(publish); // last: who enters from now on finds the row in one place only
    }
  }

  /** A slot to write to, or SPILLED. */
  private int slot(SlotGroup group, int before) {
    group.reclaim(readers);
    if (!spilled.possible()) {
      if (!group.hasFree()) {
        awaitReaders(group);
      }
      if (!group.hasFree()) {
        directory.grow(group, group.blocksToGrow());
      }
      return group.takeFree();
    }
    boolean replaces = before >= 0 && directory.of(before).group == group;
    int needed = replaces ? 0 : group.reserve();
    if (group.freeCount() <= needed) {
      growUnderCeiling(group);
    }
    if (group.freeCount() <= needed) {
      group.reclaimAll(readers);
    }
    return group.freeCount() > needed ? group.takeFree() : TokenIndex.SPILLED;
  }

  private void growUnderCeiling(SlotGroup group) {
    long left = memory.ceilingBytes() - directory.bytes();
    int blocks = (int) Math.min(group.blocksToGrow(), left / group.bytesOfBlock());
    if (blocks > 0) {
      directory.grow(group, blocks);
    }
  }

  /** A reader that stays inside keeps every slot that was retired since; memory must not pay for it. */
  private void awaitReaders(SlotGroup group) {
    int retiredMax = Math.max(RETIRED_MIN, group.slotCount() / RETIRED_SHARE);
    if (group.retiredCount() < retiredMax) {
      return;
    }
    long giveUp = System.nanoTime() + memory.patience().toNanos();
    while (true) {
      group.reclaimAll(readers);
      if (group.hasFree()) {
        return;
      }
      if (System.nanoTime() - giveUp >= 0) {
        throw new IllegalStateException(
            ("table %s: %d replaced rows of size %d wait for a reader that has been inside for %d"
                    + " publishes; nothing was published, try again when it is done")
                .formatted(
                    shape.name(),
                    group.retiredCount(),
                    group.size,
                    readers.clock() - readers.settled()));
      }
      LockSupport.parkNanos(NAP_NS);
    }
  }

  private void bringBack() {
    if (spilled.count() == 0) {
      return;
    }
    int left = BROUGHT_BACK_MAX;
    for (SlotGroup group : groups) {
      int token = spilled.first(group.ordinal);
      while (token >= 0 && left > 0 && hasRoom(group)) {
        if (index.find(token) != TokenIndex.SPILLED) {
          spilled.remove(token); // an older row, which the tier failed to give up
          token = spilled.first(group.ordinal);
          continue;
        }
        float[] row = spilled.values(token, buffer);
        int address = group.takeFree();
        long publish = readers.clock() + 1;
        directory.of(address).write(Chunk.slotOf(address), token, row, 0, publish);
        moved(token, TokenIndex.SPILLED, address, publish);
        token = spilled.first(group.ordinal);
        left--;
      }
    }
  }

  private boolean hasRoom(SlotGroup group) {
    if (group.freeCount() <= group.reserve()) {
      group.reclaimAll(readers);
    }
    return group.freeCount() > group.reserve();
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      try (spilled;
          directory) {
        // frees both, the memory first
      }
    }
  }
}
