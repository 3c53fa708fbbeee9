package org.espalier.service.ranking;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.espalier.embeddings.arena.Hits;
import org.espalier.embeddings.store.Field;
import org.espalier.embeddings.store.InteractionCounts;
import org.espalier.embeddings.store.Store;
import org.espalier.service.platform.TypeWeights;
import org.roaringbitmap.RoaringBitmap;

/**
 * Items by how often they were chosen: the sum over event types of count times weight. The head of the list is kept and
 * made anew after writes, but so seldom that making it takes at most a tenth of the time; an empty one is made anew at once.
 */
final class PopularItems {

  private static final int HEAD = 10_000;
  private static final int REST_FACTOR = 10;

  private final Store store;
  private final TypeWeights weights;
  private final AtomicLong writes = new AtomicLong();
  private final ReentrantLock making = new ReentrantLock();
  private volatile Head head; // written under `making`

  /** What was made, of how many writes, and when it may be made anew. */
  private record Head(Hits hits, long applied, long writes, long freshUntilNs) {}

  /**
   * A popularity ranking.
   *
   * @param applied the log's last sequence that it surely counts
   */
  record Popular(Hits hits, long applied) {}

  PopularItems(Store store, TypeWeights weights) {
    this.store = store;
    this.weights = weights;
    this.head = make();
    store.onCommit(_ -> writes.incrementAndGet());
  }

  /** The {@code k} most popular items, none of them denied; only items that were ever chosen. */
  Popular top(int k, RoaringBitmap denied) {
    Head current = head();
    Hits allowed = take(current.hits, k, denied);
    if (allowed.size() == k || current.hits.size() < HEAD) {
      return new Popular(allowed, current.applied);
    }
    long applied = store.lastSequence();
    return new Popular(select(k, denied), applied); // the head is used up
  }

  /** How popular an item is, now. */
  float score(int item) {
    InteractionCounts counts = store.counts();
    float score = 0;
    for (int type = 0; type < weights.typeCount(); type++) {
      score += weights.of(type) * counts.of(type, item);
    }
    return score;
  }

  private Head head() {
    Head current = head;
    boolean resting = current.hits.size() > 0 && System.nanoTime() - current.freshUntilNs < 0;
    boolean fresh = current.writes == writes.get() || resting;
    if (fresh || !making.tryLock()) {
      return current; // else somebody is at it
    }
    try {
      head = make();
      return head;
    } finally {
      making.unlock();
    }
  }

  private Head make() {
    long startNs = System.nanoTime();
    long counted = writes.get();
    long applied = store.lastSequence();
    Hits hits = select(HEAD, new RoaringBitmap());
    long endNs = System.nanoTime();
    return new Head(hits, applied, counted, endNs + REST_FACTOR * (endNs - startNs));
  }

  private Hits select(int k, RoaringBitmap denied) {
    float[] scores = new float[store.dictionary().size(Field.ENTITY)];
    for (int type = 0; type < weights.typeCount(); type++) {
      float weight = weights.of(type);
      if (weight > 0) {
        store
            .counts()
            .forEach(
                type,
                (entity, count) -> {
                  if (entity < scores.length) { // else it is younger than the array
                    scores[entity] += weight * count;
                  }
                });
      }
    }
    long[] chosen = new long[scores.length];
    int count = 0;
    for (int entity = 0; entity < scores.length; entity++) {
      if (scores[entity] > 0 && !denied.contains(entity)) {
        // Sorts by score descending, then by entity: the bits of positive floats sort like the
        // floats.
        chosen[count++] = (long) ~Float.floatToIntBits(scores[entity]) << 32 | entity;
      }
    }
    Arrays.sort(chosen, 0, count);
    int size = Math.min(k, count);
    int[] tokens = new int[size];
    float[] best = new float[size];
    for (int i = 0; i < size; i++) {
      tokens[i] = (int) chosen[i];
      best[i] = scores[tokens[i]];
    }
    return new Hits(tokens, best);
  }

  private static Hits take(Hits from, int k, RoaringBitmap denied) {
    int[] tokens = new int[Math.min(k, from.size())];
    float[] scores = new float[tokens.length];
    int count = 0;
    for (int i = 0; i < from.size() && count < k; i++) {
      if (!denied.contains(from.tokens()[i])) {
        tokens[count] = from.tokens()[i];
        scores[count++] = from.scores()[i];
      }
    }
    return new Hits(Arrays.copyOf(tokens, count), Arrays.copyOf(scores, count));
  }
}
