package org.espalier.embeddings.arena;

import java.util.Arrays;

/**
 * The best {@code k} of a stream of (score, token): higher scores first, of equal scores the lower
 * token first. A binary heap over primitive arrays whose root is the worst one kept.
 */
final class TopHeap {

  private static final int KEPT_BETWEEN_SEARCHES = 4096; // entries; one huge k is not held for ever

  private float[] scores = new float[128];
  private int[] tokens = new int[128];
  private int limit;
  private int count;

  /** Empties the heap and has it keep at most {@code k}. */
  void reset(int k) {
    if (scores.length > KEPT_BETWEEN_SEARCHES) {
      scores = new float[KEPT_BETWEEN_SEARCHES];
      tokens = new int[KEPT_BETWEEN_SEARCHES];
    }
    limit = k;
    count = 0;
  }

  /** A score below it cannot enter; an equal one can by its token. */
  float threshold() {
    return count < limit ? Float.NEGATIVE_INFINITY : scores[0];
  }

  /** Whether a token is kept; linear, for the rare row that a publish moved during a scan. */
  boolean holds(int token) {
    for (int i = 0; i < count; i++) {
      if (tokens[i] == token) {
        return true;
      }
    }
    return false;
  }

  /** Keeps the pair if it is among the best so far; NaN never is. */
  void offer(float score, int token) {
    if (Float.isNaN(score)) {
      return;
    }
    if (count < limit) {
      if (count == scores.length) {
        int capacity = (int) Math.min(limit, 2L * count);
        scores = Arrays.copyOf(scores, capacity);
        tokens = Arrays.copyOf(tokens, capacity);
      }
      siftUp(count++, score, token);
    } else if (worse(scores[0], tokens[0], score, token)) {
      siftDown(score, token);
    }
  }

  /** Takes everything out, best first. */
  Hits drain() {
    int[] hitTokens = new int[count];
    float[] hitScores = new float[count];
    while (count > 0) {
      int last = count - 1;
      hitTokens[last] = tokens[0];
      hitScores[last] = scores[0];
      count = last;
      if (last > 0) {
        siftDown(scores[last], tokens[last]);
      }
    }
    return new Hits(hitTokens, hitScores);
  }

  private static boolean worse(float scoreA, int tokenA, float scoreB, int tokenB) {
    return scoreA < scoreB || (scoreA == scoreB && tokenA > tokenB);
  }

  private void siftUp(int from, float score, int token) {
    int i = from;
    while (i > 0) {
      int parent = (i - 1) >>> 1;
      if (!worse(score, token, scores[parent], tokens[parent])) {
        break;
      }
      put(i, scores[parent], tokens[parent]);
      i = parent;
    }
    put(i, score, token);
  }

  /** Puts a pair in the root's place. */
  private void siftDown(float score, int token) {
    int i = 0;
    while (2 * i + 1 < count) {
      int child = 2 * i + 1;
      int right = child + 1;
      if (right < count && worse(scores[right], tokens[right], scores[child], tokens[child])) {
        child = right;
      }
      if (!worse(scores[child], tokens[child], score, token)) {
        break;
      }
      put(i, scores[child], tokens[child]);
      i = child;
    }
    put(i, score, token);
  }

  private void put(int i, float score, int token) {
    scores[i] = score;
    tokens[i] = token;
  }
}
