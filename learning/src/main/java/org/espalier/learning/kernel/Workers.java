package org.espalier.learning.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A fixed number of threads, the caller's among them, that work through blocks of an index range.
 * Blocks are taken as threads come free; work whose blocks write to separate places has therefore
 * the same result with any number of threads.
 */
public final class Workers implements AutoCloseable {

  /** One block of work. */
  @FunctionalInterface
  public interface Block {
    /**
     * @param worker which thread runs this, from 0 to {@link Workers#count()}: an index of scratch
     *     memory
     */
    void run(int from, int to, int worker);
  }

  private final int count;
  private final ExecutorService others;

  /**
   * @param count threads in all, at least 1; with 1 everything runs in the caller
   */
  public Workers(int count) {
    if (count < 1) {
      throw new IllegalArgumentException("threads=" + count + " must be at least 1");
    }
    this.count = count;
    this.others =
        Executors.newFixedThreadPool(
            Math.max(1, count - 1), // starts no thread before it has work
            Thread.ofPlatform().daemon().name("espalier-learning-", 1).factory());
  }

  /** The number of threads. */
  public int count() {
    return count;
  }

  /**
   * Runs blocks that cover {@code 0 .. n} and returns when all are done. The first failure is thrown
   * once no thread is at work any more.
   */
  public void forBlocks(int n, int blockSize, Block block) {
    int blocks = Math.ceilDiv(n, blockSize);
    AtomicInteger next = new AtomicInteger();
    List<Future<?>> running = new ArrayList<>();
    for (int w = 1; w < Math.min(count, blocks); w++) {
      int worker = w;
      running.add(others.submit(() -> work(n, blockSize, next, block, worker)));
    }
    RuntimeException failure = null;
    try {
      work(n, blockSize, next, block, 0);
    } catch (RuntimeException e) {
      failure = e;
    }
    for (Future<?> other : running) {
      try {
        awaitUninterruptibly(other);
      } catch (ExecutionException e) {
        failure = failure == null ? new IllegalStateException(e.getCause()) : failure;
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  @Override
  public void close() {
    others.shutdown();
  }

  private static void work(int n, int blockSize, AtomicInteger next, Block block, int worker) {
    int blocks = Math.ceilDiv(n, blockSize);
    for (int b = next.getAndIncrement(); b < blocks; b = next.getAndIncrement()) {
      try {
        block.run(b * blockSize, (int) Math.min(n, (b + 1L) * blockSize), worker);
      } catch (RuntimeException | Error e) {
        next.set(blocks); // the others stop at their next block
        throw e;
      }
    }
  }

  /** The arrays that a thread writes to must not be left while it is at work. */
  private static void awaitUninterruptibly(Future<?> other) throws ExecutionException {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          other.get();
          return;
        } catch (InterruptedException _) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
