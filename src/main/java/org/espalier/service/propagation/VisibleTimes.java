package org.espalier.service.propagation;

import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;

/** Measures how long it takes from a commit until rankings see its events. */
final class VisibleTimes {

  private static final int WAITING_MAX =
      1 << 14; // commits; what comes when so many wait is not measured

  private final Timer timer;
  private final long[] sequences = new long[WAITING_MAX];
  private final long[] timesNs = new long[WAITING_MAX];
  private int first;
  private int count;

  VisibleTimes(Timer timer) {
    this.timer = timer;
  }

  /** Events up to a sequence are durable now. */
  synchronized void committed(long sequence) {
    if (count < WAITING_MAX) {
      int at = (first + count++) % WAITING_MAX;
      sequences[at] = sequence;
      timesNs[at] = System.nanoTime();
    }
  }

  /** Nobody waits any more. */
  synchronized void forget() {
    count = 0;
  }

  /** Events up to a sequence are in the vectors now. */
  synchronized void visible(long sequence) {
    long nowNs = System.nanoTime();
    while (count > 0 && sequences[first] <= sequence) {
      timer.record(nowNs - timesNs[first], TimeUnit.NANOSECONDS);
      first = (first + 1) % WAITING_MAX;
      count--;
    }
  }
}
