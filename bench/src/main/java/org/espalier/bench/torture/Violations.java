package org.espalier.bench.torture;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Promises that were not kept. Safe for use by several threads. */
final class Violations {

  private static final int SHOWN_MAX = 50;

  private final Consumer<String> show;
  private final List<String> lines = new ArrayList<>(); // guarded by this

  /**
   * @param show is told the first of them, as they happen
   */
  Violations(Consumer<String> show) {
    this.show = show;
  }

  synchronized void add(String what) {
    lines.add(what);
    if (lines.size() <= SHOWN_MAX) {
      show.accept("violation: " + what);
    }
  }

  synchronized int count() {
    return lines.size();
  }
}
