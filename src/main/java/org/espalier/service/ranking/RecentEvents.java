package org.espalier.service.ranking;

import java.util.Arrays;
import org.espalier.embeddings.store.EventLog;
import org.espalier.embeddings.store.Store;
import org.espalier.service.platform.TypeWeights;

/**
 * The decayed part of every item's popularity, from the newest events of the log. Sums are kept as of one moment and
 * scaled when they are read (forward decay; Cormode et al., ICDE 2009), so an event is read once. Reads a part of the
 * log at each call: what is new first, then back from where it began. Not for several threads.
 */
final class RecentEvents {

  private static final double RESCALE_HALF_LIVES = 30;

  private final Store store;
  private final TypeWeights weights;
  private final Decay decay;
  private final int eventsMax;
  private double[] sums = {}; // by entity, as of asOfMs
  private long asOfMs;
  private long newestMs = Long.MIN_VALUE;
  private long first; // sequences from here …
  private long last; // … to here have been read

  RecentEvents(Store store, TypeWeights weights, PopularityProperties properties) {
    this.store = store;
    this.weights = weights;
    this.decay = Decay.of(properties.halfLife());
    this.eventsMax = properties.halfLife().isZero() ? 0 : properties.recentEvents();
    this.last = store.lastSequence();
    this.first = last + 1;
  }

  /** Reads at most about {@code sequences} of the log. */
  void read(int sequences) {
    if (eventsMax == 0) {
      return;
    }
    long end = store.lastSequence();
    if (end - last > eventsMax) { // nobody asked for long: what lies between is too old to count
      Arrays.fill(sums, 0);
      first = end + 1;
      last = end;
    }
    long left = sequences;
    if (end > last) {
      long to = Math.min(end, last + left);
      left -= to - last;
      add(last + 1, to);
      last = to;
    }
    if (left > 0 && first > 1 && last - first < eventsMax) {
      long from = Math.max(1, first - left);
      add(from, first - 1);
      first = from;
    }
  }

  /** Whether it has read all that counts. */
  boolean complete() {
    return eventsMax == 0
        || (last >= store.lastSequence() && (first <= 1 || last - first >= eventsMax));
  }

  private void add(long from, long to) {
    EventLog.Visitor visitor = (_, _, item, type, _, timeMs) -> add(item, weights.of(type), timeMs);
    store.events().read(from, to, visitor);
  }

  private void add(int item, float weight, long timeMs) {
    if (weight == 0) {
      return;
    }
    if (newestMs == Long.MIN_VALUE) {
      asOfMs = timeMs;
    }
    newestMs = Math.max(newestMs, timeMs);
    if (newestMs - asOfMs > RESCALE_HALF_LIVES * decay.halfLifeMs()) {
      double factor = scale();
      for (int i = 0; i < sums.length; i++) {
        sums[i] *= factor;
      }
      asOfMs = newestMs;
    }
    if (item >= sums.length) {
      sums = Arrays.copyOf(sums, Math.max(item + 1, sums.length + (sums.length >> 1)));
    }
    sums[item] += weight * decay.recent(asOfMs - timeMs);
  }

  /** What a sum as of {@code asOfMs} is worth as of the newest event. */
  private double scale() {
    return Math.exp(-Math.log(2) * (newestMs - asOfMs) / decay.halfLifeMs());
  }

  /** What every entity below {@code count} has by recent events, as of the newest. */
  float[] scores(int count) {
    float[] scores = new float[count];
    double factor = newestMs == Long.MIN_VALUE ? 0 : scale();
    for (int i = 0; i < Math.min(count, sums.length); i++) {
      scores[i] = (float) (sums[i] * factor);
    }
    return scores;
  }
}
