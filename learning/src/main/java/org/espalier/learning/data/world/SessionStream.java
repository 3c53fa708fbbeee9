package org.espalier.learning.data.world;

import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.SplittableRandom;

/**
 * Sessions one after another. A user, active ones more often, is shown a ranking; each of its places
 * is the best for the user of three items drawn by popularity, which is what a product's existing
 * recommender would do, and exposes the long tail too. Clicks follow affinity and fall with the
 * position.
 */
final class SessionStream implements Iterator<WorldEvent> {

  private static final long START_MS = Instant.parse("2026-01-01T00:00:00Z").toEpochMilli();
  private static final long SPAN_MS = Duration.ofDays(30).toMillis();
  private static final int RANKING_MIN = 4;
  private static final int RANKING_MAX = 12;
  private static final int CONTENDERS = 3;

  /** Exponent of the items' popularity; 1 would need a formula of its own. */
  private static final double ZIPF = 0.9;

  private final Hidden hidden;
  private final long seed;
  private final int users;
  private final int items;
  private final long events;
  private final SplittableRandom random;
  private final long stride; // coprime to items: spreads ranks of popularity over the indices
  private final double zipfSpan;

  private final float[] taste = new float[Hidden.DIM];
  private final float[] traits = new float[Hidden.DIM];
  private final int[] shown = new int[RANKING_MAX];
  private final boolean[] clicked = new boolean[RANKING_MAX];
  private int user;
  private int ranking; // items shown in this session
  private int cursor; // 0..ranking are impressions, ranking..2*ranking the clicks among them
  private long session = -1;
  private long index;

  SessionStream(Hidden hidden, long seed, int users, int items, long events) {
    this.hidden = hidden;
    this.seed = seed;
    this.users = users;
    this.items = items;
    this.events = events;
    this.random = new SplittableRandom(seed);
    this.stride = coprimeTo(items);
    this.zipfSpan = Math.pow(items + 1.0, 1 - ZIPF) - 1;
  }

  @Override
  public boolean hasNext() {
    return index < events;
  }

  @Override
  public WorldEvent next() {
    if (!hasNext()) {
      throw new NoSuchElementException("the world has " + events + " events");
    }
    while (cursor >= ranking && cursor < 2 * ranking && !clicked[cursor - ranking]) {
      cursor++;
    }
    if (cursor == 2 * ranking) {
      startSession();
    }
    boolean click = cursor >= ranking;
    int position = click ? cursor - ranking : cursor;
    cursor++;
    long timeMs = START_MS + (long) ((double) index / events * SPAN_MS);
    return new WorldEvent(seed, index++, session, click, user, shown[position], position, timeMs);
  }

  private void startSession() {
    session++;
    cursor = 0;
    double uniform = random.nextDouble();
    user = (int) (uniform * Math.sqrt(uniform) * users); // few users are very active
    hidden.userTaste(user, taste);
    ranking = Math.min(items, random.nextInt(RANKING_MIN, RANKING_MAX + 1));
    for (int position = 0; position < ranking; position++) {
      show(position);
    }
  }

  private void show(int position) {
    int best = -1;
    float bestAffinity = -2;
    for (int c = 0; c < CONTENDERS; c++) {
      int item = popularItem();
      while (isShown(item, position)) {
        item = item + 1 == items ? 0 : item + 1;
      }
      hidden.itemTraits(item, traits);
      float affinity = Hidden.affinity(taste, traits);
      if (affinity > bestAffinity) {
        best = item;
        bestAffinity = affinity;
      }
    }
    shown[position] = best;
    double logit = 5.0 * bestAffinity - 3.6 - 0.1 * position;
    clicked[position] = random.nextDouble() < 1 / (1 + Math.exp(-logit));
  }

  private boolean isShown(int item, int before) {
    for (int p = 0; p < before; p++) {
      if (shown[p] == item) {
        return true;
      }
    }
    return false;
  }

  /** Draws a rank by the inverse of a bounded Pareto distribution: Zipf's law up to rounding. */
  private int popularItem() {
    double x = Math.pow(random.nextDouble() * zipfSpan + 1, 1 / (1 - ZIPF));
    int rank = Math.min(items, (int) x) - 1;
    return (int) ((rank * stride + items / 2) % items);
  }

  private static long coprimeTo(int items) {
    long stride = Math.max(1, Math.round(items * 0.6180339887)) | 1;
    while (gcd(stride, items) != 1) {
      stride += 2;
    }
    return stride;
  }

  private static long gcd(long a, long b) {
    return b == 0 ? a : gcd(b, a % b);
  }
}
