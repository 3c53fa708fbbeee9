package org.espalier.bench.torture;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** Work that goes on in a thread of its own while the service is tortured. */
abstract class Work implements Runnable {

  private static final long BACK_OFF_MS = 100;

  private final AtomicBoolean ending;
  private final Violations violations;
  private final AtomicLong done = new AtomicLong();

  Work(AtomicBoolean ending, Violations violations) {
    this.ending = ending;
    this.violations = violations;
  }

  /** One request, or one that has to come to an end before the next; an IOException is a service that is away. */
  abstract void step() throws IOException, InterruptedException;

  final boolean ending() {
    return ending.get();
  }

  final Violations violations() {
    return violations;
  }

  final void countOne() {
    done.incrementAndGet();
  }

  /** How often it got what it wanted. */
  final long done() {
    return done.get();
  }

  static void backOff() throws InterruptedException {
    Thread.sleep(BACK_OFF_MS);
  }

  @Override
  public final void run() {
    try {
      while (!ending.get()) {
        try {
          step();
        } catch (IOException e) {
          backOff();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      violations.add("the suite itself failed: " + e);
    }
  }
}
