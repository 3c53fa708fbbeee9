package org.espalier.embeddings.store;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.espalier.embeddings.store.StoreException.Kind;

/** A write that was handed over and is on its way to the disk. */
public final class Pending<R> {

  private final CompletableFuture<R> done;

  Pending(CompletableFuture<R> done) {
    this.done = done;
  }

  /**
   * Waits until the write is durable, and returns its result.
   *
   * @throws StoreException when it was refused or its group could not be written
   */
  public R await() {
    try {
      return done.join();
    } catch (CompletionException e) {
      throw inCallersThread(e);
    }
  }

  /** Callers of one group share a cause, and each gets a stack trace of its own. */
  private static RuntimeException inCallersThread(CompletionException e) {
    Throwable cause = e.getCause();
    if (cause instanceof StoreException store) {
      return new StoreException(store.kind(), String.valueOf(store.getMessage()), store);
    }
    return new StoreException(Kind.INTERNAL, "the write failed: " + cause, cause);
  }
}
