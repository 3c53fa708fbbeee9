package org.espalier.service.generations;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.springframework.stereotype.Component;

/**
 * One thread for work that takes seconds of a processor. Requests have virtual threads, and such a one would keep a
 * carrier from the rankings.
 */
@Component
class PlatformThread implements AutoCloseable {

  private final ExecutorService executor =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().name("generations").factory());

  /** Runs it there, and waits. What it throws is thrown here. */
  void run(Runnable work) {
    call(() -> {
      work.run();
      return true;
    });
  }

  /** Computes it there, and waits. What it throws is thrown here. */
  <T> T call(Callable<T> work) {
    try {
      return executor.submit(work).get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException known) {
        throw known;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  @Override
  public void close() {
    executor.close();
  }
}
