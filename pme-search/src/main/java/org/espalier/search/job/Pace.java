package org.espalier.search.job;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * Makes a search rest: whoever asks whether it is cancelled, which all its loops do every few milliseconds, waits
 * until the work since the last question is no more than its share of the time. Used by one thread.
 */
final class Pace implements BooleanSupplier {

  /** A rest is taken in pieces, so that a cancellation ends it soon. */
  private static final long PIECE_NS = TimeUnit.MILLISECONDS.toNanos(20);

  /**
   * No rest is longer: work that nobody could interrupt, such as opening a store on a busy machine, is not paid for in
   * minutes.
   */
  private static final long REST_NS_MAX = TimeUnit.SECONDS.toNanos(2);

  private final double duty;
  private final BooleanSupplier cancelled;
  private final LongSupplier nanoTime;
  private final LongConsumer restNs;
  private long workedSinceNs;

  Pace(double duty, BooleanSupplier cancelled) {
    this(duty, cancelled, System::nanoTime, LockSupport::parkNanos);
  }

  Pace(double duty, BooleanSupplier cancelled, LongSupplier nanoTime, LongConsumer restNs) {
    this.duty = duty;
    this.cancelled = cancelled;
    this.nanoTime = nanoTime;
    this.restNs = restNs;
    workedSinceNs = nanoTime.getAsLong();
  }

  @Override
  public boolean getAsBoolean() {
    long now = nanoTime.getAsLong();
    long end = now + Math.min(REST_NS_MAX, (long) ((now - workedSinceNs) * (1 - duty) / duty));
    boolean stop = cancelled.getAsBoolean();
    while (!stop && (now = nanoTime.getAsLong()) < end) {
      restNs.accept(Math.min(PIECE_NS, end - now));
      if (Thread.currentThread().isInterrupted()) {
        break; // parking returns at once then; whoever interrupts also cancels
      }
      stop = cancelled.getAsBoolean();
    }
    workedSinceNs = nanoTime.getAsLong();
    return stop;
  }
}
