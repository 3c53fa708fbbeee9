package org.espalier.bench;

import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** A thread that works beside what is measured, until it is closed. */
final class BesideThread implements AutoCloseable {

  private final Thread thread;
  private volatile boolean closed;

  /**
   * Begins at once.
   *
   * @param work returns soon after what it is given turns true
   */
  BesideThread(String name, Consumer<BooleanSupplier> work) {
    thread = Thread.ofPlatform().name(name).start(() -> work.accept(() -> closed));
  }

  /** Returns when the work has ended. */
  @Override
  public void close() {
    closed = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
