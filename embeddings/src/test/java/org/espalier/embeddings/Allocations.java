package org.espalier.embeddings;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;

/** Counts what this thread allocates. */
public final class Allocations {

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private Allocations() {}

  /**
   * Runs rounds of some thousand calls until one of them allocates at most {@code enough} bytes, and
   * gives the least that a round allocated. Before the JIT has compiled a kernel it allocates on every
   * call, and when that happens is the machine's affair; what is asked is that it ends.
   */
  public static long leastOfManyRounds(long enough, Runnable round) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    long least = Long.MAX_VALUE;
    while (least > enough && System.nanoTime() < deadline) {
      long before = THREADS.getCurrentThreadAllocatedBytes();
      round.run();
      least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
    }
    return least;
  }
}
