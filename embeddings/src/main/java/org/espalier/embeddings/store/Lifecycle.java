package org.espalier.embeddings.store;

import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Keeps native handles alive while somebody uses them, because a call on a closed RocksDB handle
 * kills the JVM. Users hold the read side between {@link #enter} and {@link #exit}; closing takes
 * the write side.
 */
final class Lifecycle {

  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();

  /** Written once, before the write lock is asked for, so that long scans notice and end. */
  private volatile boolean closed;

  /**
   * @throws IllegalStateException when the store is closed
   */
  void enter() {
    lock.readLock().lock();
    if (closed) {
      lock.readLock().unlock();
      throw new IllegalStateException("the store is closed");
    }
  }

  void exit() {
    lock.readLock().unlock();
  }

  /** For loops inside {@link #enter} and {@link #exit} that may run long. */
  void ensureOpen() {
    if (closed) {
      throw new IllegalStateException("the store is being closed");
    }
  }

  /** Shuts the door, waits for everybody inside to leave, then releases; only the first call does. */
  void close(Resources owned) {
    closed = true;
    lock.writeLock().lock();
    try (owned) {
      // try-with-resources closes what is owned; a second call finds it empty
    } finally {
      lock.writeLock().unlock();
    }
  }
}
