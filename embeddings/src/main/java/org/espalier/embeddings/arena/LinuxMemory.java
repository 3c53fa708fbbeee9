package org.espalier.embeddings.arena;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Locale;

/** Memory in huge pages, by the system calls of mmap(2) and madvise(2) on Linux. */
@SuppressWarnings("restricted") // calls the system
final class LinuxMemory {

  static final long HUGE_PAGE = 2L << 20;

  static final boolean AVAILABLE =
      System.getProperty("os.name", "").toLowerCase(Locale.ROOT).equals("linux");

  private static final int READ_WRITE = 0x1 | 0x2;
  private static final int PRIVATE_ANONYMOUS = 0x02 | 0x20;
  private static final int ADVISE_HUGE_PAGES = 14;
  private static final int NO_FILE = -1;

  private LinuxMemory() {}

  /**
   * Zeroed memory from a huge page's beginning on, until the arena closes. The part of a huge page at its
   * end has small ones, so that no more memory is taken than was asked for; where the system has no huge
   * pages left, the rest has small ones too.
   */
  static MemorySegment map(long bytes, Arena arena) {
    long length = bytes + HUGE_PAGE; // what alignment passes over is never touched
    long address = Calls.map(length);
    MemorySegment mapped =
        MemorySegment.ofAddress(address)
            .reinterpret(length, arena, memory -> Calls.unmap(memory.address(), length));
    MemorySegment aligned = mapped.asSlice(-address & (HUGE_PAGE - 1), bytes);
    Calls.adviseHugePages(aligned.address(), bytes - bytes % HUGE_PAGE);
    return aligned;
  }

  /** Found when they are first needed, and not elsewhere than on Linux. */
  private static final class Calls {

    private static final MethodHandle MMAP =
        handle("mmap", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG);
    private static final MethodHandle MUNMAP = handle("munmap", JAVA_INT, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle MADVISE =
        handle("madvise", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);

    static long map(long length) {
      long address;
      try {
        address = (long) MMAP.invokeExact(0L, length, READ_WRITE, PRIVATE_ANONYMOUS, NO_FILE, 0L);
      } catch (Throwable e) {
        throw new IllegalStateException("mmap cannot be called", e);
      }
      if (address == -1) {
        throw new OutOfMemoryError("cannot map " + length + " bytes for rows");
      }
      return address;
    }

    static void unmap(long address, long length) {
      try {
        int _ = (int) MUNMAP.invokeExact(address, length);
      } catch (Throwable e) {
        throw new IllegalStateException("munmap cannot be called", e);
      }
    }

    /** What the system makes of it is its own business: small pages are slower, not wrong. */
    static void adviseHugePages(long address, long length) {
      try {
        int _ = (int) MADVISE.invokeExact(address, length, ADVISE_HUGE_PAGES);
      } catch (Throwable e) {
        throw new IllegalStateException("madvise cannot be called", e);
      }
    }

    private static MethodHandle handle(String name, MemoryLayout result, MemoryLayout... of) {
      Linker linker = Linker.nativeLinker();
      return linker.downcallHandle(
          linker.defaultLookup().findOrThrow(name), FunctionDescriptor.of(result, of));
    }
  }
}
