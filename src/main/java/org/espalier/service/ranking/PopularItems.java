package org.espalier.service.ranking;

import it.unimi.dsi.fastutil.longs.LongHeapPriorityQueue;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.espalier.embeddings.arena.Hits;
import org.espalier.embeddings.store.Field;
import org.espalier.embeddings.store.InteractionCounts;
import org.espalier.embeddings.store.Store;
import org.espalier.service.platform.TypeWeights;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;

/**
 * Items by how often they were chosen: the sum over events of their type's weight, decayed by their age. The head of the
 * list is kept and made anew after writes, but so seldom that making it takes at most a tenth of the time; an empty one
 * is made anew at once. After an erasure recent events are read again beside those that were, which the erased ones cannot
 * be taken out of, and take their place once all are read.
 */
final class PopularItems {

  private static final int HEAD = 10_000;
  private static final int REST_FACTOR = 10;
  private static final int EVENTS_A_TIME = 5_000; // a few milliseconds of reading the log

  private final Store store;
  private final TypeWeights weights;
  private final PopularityProperties properties;
  private final Decay decay;
  private final AtomicLong writes = new AtomicLong();
  private final AtomicLong erasures = new AtomicLong();
  private final ReentrantLock making = new ReentrantLock();
  private RecentEvents recent; // guarded by `making`
  private @Nullable RecentEvents
      withoutErased; // guarded by `making`; null when no events are read again
  private long erasuresSeen; // guarded by `making`
  private volatile Head head; // written under `making`

  /**
   * What was made, of how many writes, and when it may be made anew.
   *
   * @param recent by entity: what recent events add to the counts
   * @param complete whether all recent events were read for it
   */
  @SuppressWarnings("ArrayRecordComponent") // a holder, never compared
  private record Head(
      Hits hits, float[] recent, long applied, long writes, boolean complete, long freshUntilNs) {}

  /**
   * A popularity ranking.
   *
   * @param applied the log's last sequence that it surely counts
   */
  record Popular(Hits hits, long applied) {}

  PopularItems(Store store, TypeWeights weights, PopularityProperties properties) {
    this.store = store;
    this.weights = weights;
    this.properties = properties;
    this.decay = Decay.of(properties.halfLife());
    this.recent = new RecentEvents(store, weights, properties);
    this.head = make();
    store.onCommit(commit -> {
      if (!commit.erasedUsers().isEmpty()) {
        erasures.incrementAndGet();
      }
      writes.incrementAndGet();
    });
  }

  /**
   * The {@code k} most popular items; only items that were ever chosen.
   *
   * @param allowed only these; null for all
   */
  Popular top(int k, @Nullable RoaringBitmap allowed, RoaringBitmap denied) {
    Head current = head();
    Hits passing = take(current.hits, k, allowed, denied);
    if (passing.size() == k || current.hits.size() < HEAD) {
      return new Popular(passing, current.applied);
    }
    long applied = store.lastSequence(); // the head is used up
    return new Popular(best(k, scores(current.recent), allowed, denied), applied);
  }

  /** How popular an item is, now. */
  float score(int item) {
    InteractionCounts counts = store.counts();
    float score = 0;
    for (int type = 0; type < weights.typeCount(); type++) {
      score += weights.of(type) * counts.of(type, item);
    }
    float[] added = head().recent;
    return (float) decay.floor() * score + (item < added.length ? added[item] : 0);
  }

  private Head head() {
    Head current = head;
    boolean resting = current.hits.size() > 0 && System.nanoTime() - current.freshUntilNs < 0;
    boolean fresh = (current.complete && current.writes == writes.get()) || resting;
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
    readRecent();
    float[] added = recent.scores(store.dictionary().size(Field.ENTITY));
    Hits hits = best(HEAD, scores(added), null, new RoaringBitmap());
    long endNs = System.nanoTime();
    boolean complete = withoutErased == null && recent.complete();
    long restNs = REST_FACTOR * (endNs - startNs);
    return new Head(hits, added, applied, counted, complete, endNs + restNs);
  }

  private void readRecent() {
    long erased = erasures.get();
    if (erased != erasuresSeen) {
      withoutErased = new RecentEvents(store, weights, properties);
      erasuresSeen = erased;
    }
    RecentEvents again = withoutErased;
    if (again != null) {
      again.read(EVENTS_A_TIME);
      if (again.complete()) {
        recent = again;
        withoutErased = null;
        return;
      }
    }
    recent.read(EVENTS_A_TIME);
  }

  /** By entity: counts at the floor, and what recent events add. */
  private float[] scores(float[] added) {
    float[] scores = Arrays.copyOf(added, store.dictionary().size(Field.ENTITY));
    for (int type = 0; type < weights.typeCount(); type++) {
      float weight = weights.of(type) * (float) decay.floor();
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
    return scores;
  }

  /** The best of positive scores; of equal ones the lower entity first. */
  static Hits best(
      int k, float[] scores, @Nullable RoaringBitmap allowed, @Nullable RoaringBitmap denied) {
    LongHeapPriorityQueue worstFirst = new LongHeapPriorityQueue();
    for (int entity = 0; entity < scores.length; entity++) {
      // Sorts by score, then by entity descending: the bits of positive floats sort like the
      // floats.
      long ranked = (long) Float.floatToRawIntBits(scores[entity]) << 32 | (~entity & 0xffffffffL);
      if (scores[entity] > 0
          && (worstFirst.size() < k || ranked > worstFirst.firstLong())
          && (allowed == null || allowed.contains(entity))
          && (denied == null || !denied.contains(entity))) {
        worstFirst.enqueue(ranked);
        if (worstFirst.size() > k) {
          worstFirst.dequeueLong();
        }
      }
    }
    int[] tokens = new int[worstFirst.size()];
    float[] best = new float[tokens.length];
    for (int i = tokens.length - 1; i >= 0; i--) {
      long ranked = worstFirst.dequeueLong();
      tokens[i] = ~(int) ranked;
      best[i] = scores[tokens[i]];
    }
    return new Hits(tokens, best);
  }

  /** The first k of a ranking that may pass. */
  static Hits take(Hits from, int k, @Nullable RoaringBitmap allowed, RoaringBitmap denied) {
    int[] tokens = new int[Math.min(k, from.size())];
    float[] scores = new float[tokens.length];
    int count = 0;
    for (int i = 0; i < from.size() && count < k; i++) {
      int token = from.tokens()[i];
      if (!denied.contains(token) && (allowed == null || allowed.contains(token))) {
        tokens[count] = token;
        scores[count++] = from.scores()[i];
      }
    }
    return new Hits(Arrays.copyOf(tokens, count), Arrays.copyOf(scores, count));
  }
}
