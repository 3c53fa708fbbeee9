package org.espalier.service.propagation;

import it.unimi.dsi.fastutil.longs.LongArrays;
import java.util.Arrays;

/** Distinct pairs of ids, in little more memory than they take; sorted when they are read. Used by one thread. */
final class Pairs {

  /** Takes pairs. */
  interface Visitor {
    void pair(int first, int second);
  }

  private long[] pairs = new long[1 << 10];
  private int size;

  void add(int first, int second) {
    if (size == pairs.length) {
      sort();
      if (size > pairs.length / 2) {
        pairs = Arrays.copyOf(pairs, Math.multiplyExact(pairs.length, 2));
      }
    }
    pairs[size++] = (long) first << 32 | second;
  }

  /** Visits each pair once, by first and second. */
  void forEach(Visitor visitor) {
    sort();
    for (int i = 0; i < size; i++) {
      visitor.pair((int) (pairs[i] >>> 32), (int) pairs[i]);
    }
  }

  /** Sorts, and drops what stands twice. */
  private void sort() {
    LongArrays.radixSort(pairs, 0, size);
    int kept = 0;
    for (int i = 0; i < size; i++) {
      if (i == 0 || pairs[i] != pairs[i - 1]) {
        pairs[kept++] = pairs[i];
      }
    }
    size = kept;
  }
}
