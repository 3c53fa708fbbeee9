package org.espalier.learning.metric;

import java.util.Arrays;

/** The best few of a stream of (id, score), best first; of equal scores the earlier one is better. */
final class TopRanks {

  private final int[] ids;
  private final float[] scores;
  private int size;

  TopRanks(int k) {
    ids = new int[k];
    scores = new float[k];
  }

  void clear() {
    size = 0;
  }

  int size() {
    return size;
  }

  int id(int rank) {
    return ids[rank];
  }

  /** What a score must exceed to be taken. */
  float threshold() {
    return size < scores.length ? Float.NEGATIVE_INFINITY : scores[size - 1];
  }

  /** Takes a score above the threshold: a few moves, as k is small and takers are rare. */
  void add(int id, float score) {
    int at = size < scores.length ? size++ : size - 1;
    while (at > 0 && scores[at - 1] < score) {
      scores[at] = scores[at - 1];
      ids[at] = ids[at - 1];
      at--;
    }
    scores[at] = score;
    ids[at] = id;
  }

  @Override
  public String toString() {
    return Arrays.toString(Arrays.copyOf(ids, size));
  }
}
