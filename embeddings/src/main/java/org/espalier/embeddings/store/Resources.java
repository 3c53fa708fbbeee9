package org.espalier.embeddings.store;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The one owner of a store's native objects: closes them newest first, because families must go
 * before the database, and the database before its options and caches. Confined to the thread that
 * opens or closes the store.
 */
final class Resources implements AutoCloseable {

  private static final AtomicInteger LIVE = new AtomicInteger();

  private final Deque<AutoCloseable> newestFirst = new ArrayDeque<>();

  /** Native objects that this process owns now; tests compare it before and after. */
  static int live() {
    return LIVE.get();
  }

  <T extends AutoCloseable> T own(T resource) {
    newestFirst.push(resource);
    LIVE.incrementAndGet();
    return resource;
  }

  @Override
  public void close() {
    RuntimeException first = null;
    while (!newestFirst.isEmpty()) {
      try {
        LIVE.decrementAndGet();
        newestFirst.pop().close();
      } catch (Exception e) {
        if (first == null) {
          first = new IllegalStateException("cannot release a native object", e);
        } else {
          first.addSuppressed(e);
        }
      }
    }
    if (first != null) {
      throw first;
    }
  }
}
