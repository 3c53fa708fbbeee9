package org.espalier.bench;

import java.util.ArrayList;
import java.util.List;
import org.espalier.service.console.Console;
import org.espalier.service.console.Progress;

/**
 * Measures things in turn, round after round, so that whatever else the machine does meets all of them
 * alike. The first part of the time warms up and is not counted.
 */
final class Alternation {

  private static final double WARM_UP_SHARE = 0.4; // of the time that is then measured
  private static final int PER_SECOND = 10; // steps of what is shown
  private static final int ROUNDS_MIN = 10;
  private static final int ROUNDS_MAX = 1_000_000;

  /** One of the things: it is given the number of the round. */
  @FunctionalInterface
  interface Task {
    void run(int round);
  }

  private record Entry(Task task, Samples samples) {}

  private final List<Entry> entries = new ArrayList<>();

  /** Adds one thing, measured after those before it in each round. */
  Samples add(Task task) {
    Samples samples = new Samples();
    entries.add(new Entry(task, samples));
    return samples;
  }

  /** Warms up, then measures for so many seconds, and at least a few rounds. */
  void run(double seconds) {
    try (var progress =
        Console.ofProcess()
            .progress("Measuring", (long) ((1 + WARM_UP_SHARE) * seconds * PER_SECOND))) {
      rounds(WARM_UP_SHARE * seconds, progress);
      entries.forEach(entry -> entry.samples().clear());
      rounds(seconds, progress);
    }
  }

  private void rounds(double seconds, Progress progress) {
    long start = System.nanoTime();
    double share = 0;
    long shown = 0;
    for (int round = 0; round < ROUNDS_MAX && (share < 1 || round < ROUNDS_MIN); round++) {
      for (Entry entry : entries) {
        long from = System.nanoTime();
        entry.task().run(round);
        entry.samples().add(System.nanoTime() - from);
      }
      share = (System.nanoTime() - start) / (seconds * 1e9);
      long reached = (long) (Math.min(1, share) * seconds * PER_SECOND);
      progress.step(reached - shown);
      shown = reached;
    }
  }
}
