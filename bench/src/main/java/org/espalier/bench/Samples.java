package org.espalier.bench;

import it.unimi.dsi.fastutil.longs.LongArrayList;
import java.util.Arrays;
import java.util.Map;

/** Durations of one thing, in nanoseconds. */
final class Samples {

  private final LongArrayList nanos = new LongArrayList();

  void add(long duration) {
    nanos.add(duration);
  }

  void addAll(Samples others) {
    nanos.addAll(others.nanos);
  }

  void clear() {
    nanos.clear();
  }

  int count() {
    return nanos.size();
  }

  double medianNs() {
    return quantileNs(0.5);
  }

  /** The smallest duration that at least this share of all do not exceed. */
  double quantileNs(double share) {
    if (nanos.isEmpty()) {
      throw new IllegalStateException("nothing was measured");
    }
    long[] sorted = nanos.toLongArray();
    Arrays.sort(sorted);
    return sorted[Math.max(0, (int) Math.ceil(share * sorted.length) - 1)];
  }

  /** Things a second, when one duration is that of {@code things}. */
  double perSecond(double things) {
    return things / medianNs() * 1e9;
  }

  /** Writes down the median and the 99th percentile in microseconds. */
  void describe(Map<String, Object> fields) {
    fields.put("median_us", medianNs() / 1e3);
    fields.put("p99_us", quantileNs(0.99) / 1e3);
    fields.put("samples", count());
  }
}
