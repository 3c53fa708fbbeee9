package org.espalier.embeddings.arena;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Off-heap memory, zeroed, that lives until it is closed. Long stretches ask the system for pages of 2
 * MB: with pages of 4 KB a gather of rows missed the processor's address cache at nearly every row, and
 * took half as long again. Short ones, and all where the system has no such pages to ask for, are the
 * JDK's own.
 */
final class RowMemory implements AutoCloseable {

  static final long CACHE_LINE = 64;
  private static final long MAPPED_MIN = 2 * LinuxMemory.HUGE_PAGE;

  private final Arena arena = Arena.ofShared();

  /** Zeroed memory that begins at a cache line at least. */
  MemorySegment allocate(long bytes) {
    return bytes < MAPPED_MIN || !LinuxMemory.AVAILABLE
        ? arena.allocate(bytes, CACHE_LINE)
        : LinuxMemory.map(bytes, arena);
  }

  /** Frees everything; whoever still reads gets an exception, never freed memory. */
  @Override
  public void close() {
    arena.close();
  }
}
