package org.espalier.service.ranking;

import it.unimi.dsi.fastutil.ints.Int2FloatMap;
import it.unimi.dsi.fastutil.ints.Int2FloatOpenHashMap;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.espalier.embeddings.arena.Hits;
import org.espalier.embeddings.store.Histories;
import org.espalier.service.platform.TypeWeights;
import org.espalier.service.ranking.filter.AttributeIndex;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;

/**
 * Items that are popular among users who share a value of a field with one: a sum over the newest events of up to
 * {@value #USERS} of them, evenly chosen, weighted and decayed as for all users. Kept for as long as making it took fifty
 * times over; the {@value #SEGMENTS} segments that were asked for last are kept.
 */
final class PopularSegments {

  private static final int USERS = 300;
  private static final int EVENTS = 50; // newest ones of each of them
  private static final int SEGMENTS = 256;
  private static final int REST_FACTOR = 50;

  private final Histories histories;
  private final TypeWeights weights;
  private final Decay decay;
  private final RecordIndex records;

  /** Guarded by itself; the eldest goes when there are too many. */
  private final Map<Key, Segment> segments =
      new LinkedHashMap<>(SEGMENTS, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Segment> eldest) {
          return size() > SEGMENTS;
        }
      };

  private record Key(String field, List<Long> values) {}

  private record Segment(Hits hits, long freshUntilNs) {}

  PopularSegments(
      Histories histories,
      TypeWeights weights,
      PopularityProperties properties,
      RecordIndex records) {
    this.histories = histories;
    this.weights = weights;
    this.decay = Decay.of(properties.halfLife());
    this.records = records;
  }

  /** The most popular items of a user's segment; empty when the user has none or it chose nothing that may pass. */
  Optional<Hits> top(
      String field, int user, int k, @Nullable RoaringBitmap allowed, RoaringBitmap denied) {
    AttributeIndex users = records.users();
    Key key = new Key(field, users.hashes(field, user));
    if (key.values.isEmpty()) {
      return Optional.empty();
    }
    Segment segment;
    synchronized (segments) {
      segment = segments.get(key);
    }
    if (segment == null || System.nanoTime() - segment.freshUntilNs > 0) {
      long startNs = System.nanoTime();
      Hits hits = make(users.sharing(field, user));
      long endNs = System.nanoTime();
      segment = new Segment(hits, endNs + REST_FACTOR * (endNs - startNs));
      synchronized (segments) {
        segments.put(key, segment);
      }
    }
    Hits passing = PopularItems.take(segment.hits, k, allowed, denied);
    return passing.size() == 0 ? Optional.empty() : Optional.of(passing);
  }

  private Hits make(RoaringBitmap users) {
    Events events = new Events();
    int[] chosen = evenly(users, USERS);
    for (int user : chosen) {
      histories.latest(user, EVENTS, events::see);
    }
    Int2FloatOpenHashMap sums = new Int2FloatOpenHashMap();
    for (int user : chosen) {
      histories.latest(
          user,
          EVENTS,
          (item, type, _, timeMs, _) -> {
            float weight = weights.of(type);
            double counts = decay.floor() + decay.recent(Math.max(0, events.newestMs - timeMs));
            if (weight > 0) {
              sums.addTo(item, (float) (weight * counts));
            }
          });
    }
    return sorted(sums);
  }

  /** Finds the time from which ages are counted. */
  private static final class Events {
    private long newestMs = Long.MIN_VALUE;

    void see(int item, int type, float value, long timeMs, long sequence) {
      newestMs = Math.max(newestMs, timeMs);
    }
  }

  /** Up to {@code count} members, the same ones whenever the set is the same. */
  static int[] evenly(RoaringBitmap ids, int count) {
    int size = ids.getCardinality();
    int[] chosen = new int[Math.min(count, size)];
    for (int i = 0; i < chosen.length; i++) {
      chosen[i] = ids.select((int) ((long) i * size / chosen.length));
    }
    return chosen;
  }

  private static Hits sorted(Int2FloatOpenHashMap sums) {
    long[] order = new long[sums.size()];
    int count = 0;
    for (Int2FloatMap.Entry entry : sums.int2FloatEntrySet()) {
      order[count++] =
          (long) ~Float.floatToIntBits(entry.getFloatValue()) << 32 | entry.getIntKey();
    }
    Arrays.sort(order);
    int[] tokens = new int[count];
    float[] scores = new float[count];
    for (int i = 0; i < count; i++) {
      tokens[i] = (int) order[i];
      scores[i] = sums.get(tokens[i]);
    }
    return new Hits(tokens, scores);
  }
}
