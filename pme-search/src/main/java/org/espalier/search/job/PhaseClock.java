package org.espalier.search.job;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

/**
 * What the phases took, and how long the others will: each phase has a rough share of the whole, and the phases that
 * are done say how long a share is.
 */
final class PhaseClock {

  private final Map<SearchPhase, Double> seconds = new EnumMap<>(SearchPhase.class);
  private long startedNs;

  void start() {
    startedNs = System.nanoTime();
  }

  double elapsedSeconds() {
    return (System.nanoTime() - startedNs) * 1e-9;
  }

  void finished(SearchPhase phase, double took) {
    seconds.put(phase, took);
  }

  /** Seconds of each phase that is done. */
  Map<SearchPhase, Double> seconds() {
    return new EnumMap<>(seconds);
  }

  /** What is left when a share of a phase is done. */
  Duration remaining(SearchPhase current, double share) {
    double doneWeight = share * current.weight();
    double doneSeconds = elapsedSeconds();
    double leftWeight = (1 - share) * current.weight();
    for (SearchPhase phase : SearchPhase.values()) {
      Double took = seconds.get(phase);
      if (took != null) {
        doneWeight += phase.weight();
        doneSeconds += took;
      } else if (phase != current) {
        leftWeight += phase.weight();
      }
    }
    double left = doneWeight <= 0 ? 0 : doneSeconds * leftWeight / doneWeight;
    return Duration.ofMillis((long) (left * 1000));
  }
}
