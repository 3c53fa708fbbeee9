package org.espalier.bench;

import java.util.ArrayList;
import java.util.List;
import org.espalier.service.console.Console;
import org.espalier.service.console.Progress;

/**
 * Measures things in turn, turn after turn, so that whatever else the machine does meets all of them
 * alike. Who is shorter than a turn is called again until it ends. The first part of the time warms up
 * and is not counted.
 */
final class Alternation {

  private static final double WARM_UP_SHARE = 0.5; // of the time that is then measured
  private static final int PER_SECOND = 10; // steps of what is shown
  private static final long TURN_NS = 10_000_000;
  private static final int ROUNDS_MIN = 10;

  /** One of the things: it is given the number of the call, from 0. */
  @FunctionalInterface
  interface Task {
    void run(int call);
  }

  private static final class Entry {
    private final Task task;
    private final Samples samples = new Samples();
    private int calls;

    Entry(Task task) {
      this.task = task;
    }

    void turn() {
      long start = System.nanoTime();
      long before = start;
      do {
        task.run(calls);
        calls = (calls + 1) & Integer.MAX_VALUE;
        long now = System.nanoTime();
        samples.add(now - before);
        before = now;
      } while (before - start < TURN_NS);
    }
  }

  private final List<Entry> entries = new ArrayList<>();

  /** Adds one thing, measured after those before it in each round. */
  Samples add(Task task) {
    Entry entry = new Entry(task);
    entries.add(entry);
    return entry.samples;
  }

  /** Warms up, then measures for so many seconds, and at least a few rounds. */
  void run(double seconds) {
    long steps = (long) ((1 + WARM_UP_SHARE) * seconds * PER_SECOND);
    try (var progress = Console.ofProcess().progress("Measuring", steps)) {
      rounds(WARM_UP_SHARE * seconds, progress);
      entries.forEach(entry -> entry.samples.clear());
      rounds(seconds, progress);
    }
  }

  private void rounds(double seconds, Progress progress) {
    long start = System.nanoTime();
    double share = 0;
    long shown = 0;
    for (int round = 0; share < 1 || round < ROUNDS_MIN; round++) {
      entries.forEach(Entry::turn);
      share = (System.nanoTime() - start) / (seconds * 1e9);
      long reached = (long) (Math.min(1, share) * seconds * PER_SECOND);
      progress.step(reached - shown);
      shown = reached;
    }
  }
}
