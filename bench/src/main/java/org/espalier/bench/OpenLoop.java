package org.espalier.bench;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Requests at fixed times, whether those before are answered or not, so that a slow service is not spared the requests
 * that would have come meanwhile. How late a request is counts as its time.
 */
final class OpenLoop {

  private static final int OPEN_MAX = 2000; // requests under way; more than that is a failure

  /** One request. */
  interface Request {
    /**
     * @param dueNs when it was to be sent, by {@link System#nanoTime}
     */
    void send(long dueNs) throws Exception;
  }

  private OpenLoop() {}

  /** Sends {@code perSecond} requests a second for a while, and returns when all are answered. */
  static void run(double perSecond, double seconds, Request request) throws InterruptedException {
    AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
    Semaphore open = new Semaphore(OPEN_MAX);
    long startNs = System.nanoTime();
    long count = Math.round(perSecond * seconds);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (long i = 0; i < count && failure.get() == null; i++) {
        long dueNs = startNs + (long) (i / perSecond * 1e9);
        while (System.nanoTime() < dueNs) {
          LockSupport.parkNanos(dueNs - System.nanoTime());
        }
        if (!open.tryAcquire()) {
          throw new IllegalStateException(
              "%d requests are under way: the service cannot keep up".formatted(OPEN_MAX));
        }
        threads.execute(() -> {
          try {
            request.send(dueNs);
          } catch (Exception e) {
            failure.compareAndSet(null, e);
          } finally {
            open.release();
          }
        });
      }
    }
    Exception failed = failure.get();
    if (failed != null) {
      throw new IllegalStateException("a request failed: " + failed, failed);
    }
  }
}
