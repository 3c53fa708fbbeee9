package org.espalier.service.ranking;

import it.unimi.dsi.fastutil.ints.Int2IntOpenHashMap;
import it.unimi.dsi.fastutil.ints.IntArrayList;
import java.util.Arrays;
import java.util.function.IntFunction;
import org.espalier.embeddings.arena.ArenaTable;
import org.espalier.embeddings.arena.Hits;
import org.espalier.embeddings.kernel.FloatKernel;
import org.espalier.embeddings.kernel.FloatKernels;
import org.espalier.service.ranking.filter.AttributeIndex;
import org.jspecify.annotations.Nullable;

/**
 * Makes the results unlike each other. Caps go down the ranking and leave out an item of which one value of a field has
 * been used up; items without the field are not capped. Maximal marginal relevance (Carbonell and Goldstein, SIGIR 1998)
 * takes, again and again, the item with the largest
 *
 * <pre>λ · score − (1 − λ) · the largest similarity with an item that was taken</pre>
 *
 * among the best {@value #POOL}, scores scaled to 0 … 1 over these, similarity being the cosine of the items' vectors and
 * 0 for an item without one. Both choose the first n results whatever n is, so pages continue each other.
 *
 * @param field that is capped; null for none
 * @param maxPerValue the cap, at least 1
 * @param lambda 0 to 1; 1 leaves the order as it is
 */
record Diversity(@Nullable String field, int maxPerValue, double lambda) {

  /** Items that maximal marginal relevance chooses from. */
  static final int POOL = 1000;

  static final Diversity NONE = new Diversity(null, Integer.MAX_VALUE, 1);

  private static final int GROWTH = 4;

  boolean none() {
    return field == null && lambda == 1;
  }

  boolean marginal() {
    return lambda < 1;
  }

  /**
   * Results of a ranking that is looked into as deep as needed.
   *
   * @param ranking the plain ranking's first n, or all of it when it is shorter
   * @param wanted how many results
   * @param depthMax where to stop looking
   * @param records the items' attributes
   * @param items vectors; null when there are none
   */
  Hits choose(
      IntFunction<Hits> ranking,
      int wanted,
      int depthMax,
      RecordIndex records,
      @Nullable ArenaTable items) {
    if (none()) {
      return ranking.apply(wanted);
    }
    AttributeIndex attributes = records.items();
    if (marginal()) {
      return marginal(ranking.apply(POOL), wanted, attributes, items);
    }
    int depth = Math.min(depthMax, Math.max(GROWTH * wanted, POOL));
    while (true) {
      Hits pool = ranking.apply(depth);
      Hits chosen = capped(pool, wanted, attributes);
      if (chosen.size() == wanted || pool.size() < depth || depth == depthMax) {
        return chosen;
      }
      depth = (int) Math.min(depthMax, (long) depth * GROWTH);
    }
  }

  private Hits capped(Hits pool, int wanted, AttributeIndex attributes) {
    Caps caps = new Caps(pool, attributes);
    IntArrayList chosen = new IntArrayList(wanted);
    for (int i = 0; i < pool.size() && chosen.size() < wanted; i++) {
      if (caps.open(i)) {
        caps.take(i);
        chosen.add(i);
      }
    }
    return at(pool, chosen);
  }

  private Hits marginal(
      Hits pool, int wanted, AttributeIndex attributes, @Nullable ArenaTable items) {
    int size = pool.size();
    int dim = items == null ? 0 : items.dim();
    float[] directions = new float[size * dim];
    float[] relevance = new float[size];
    for (int i = 0; i < size; i++) {
      relevance[i] = scaled(pool, i);
      if (items != null && items.copyVector(pool.tokens()[i], directions, i * dim)) {
        normalise(directions, i * dim, dim);
      }
    }
    Caps caps = new Caps(pool, attributes);
    float[] likeness = new float[size]; // with the most similar one that was taken
    boolean[] gone = new boolean[size];
    IntArrayList chosen = new IntArrayList(Math.min(wanted, size));
    while (chosen.size() < wanted) {
      int best = -1;
      double bestWorth = 0;
      for (int i = 0; i < size; i++) {
        gone[i] = gone[i] || !caps.open(i);
        double worth = lambda * relevance[i] - (1 - lambda) * likeness[i];
        if (!gone[i] && (best < 0 || worth > bestWorth)) {
          best = i;
          bestWorth = worth;
        }
      }
      if (best < 0) {
        break;
      }
      gone[best] = true;
      caps.take(best);
      compare(directions, best, dim, likeness, chosen.isEmpty());
      chosen.add(best);
    }
    return at(pool, chosen);
  }

  private static void compare(
      float[] directions, int taken, int dim, float[] likeness, boolean first) {
    FloatKernel kernel = FloatKernels.best();
    for (int i = 0; i < likeness.length; i++) {
      float cosine = dim == 0 ? 0 : kernel.dot(directions, taken * dim, directions, i * dim, dim);
      likeness[i] = first ? cosine : Math.max(likeness[i], cosine);
    }
  }

  /** A score's place between the pool's last and first. */
  private static float scaled(Hits pool, int i) {
    float low = pool.scores()[pool.size() - 1];
    float width = pool.scores()[0] - low;
    return width > 0 ? (pool.scores()[i] - low) / width : 1;
  }

  private static void normalise(float[] values, int at, int dim) {
    float norm = (float) Math.sqrt(FloatKernels.best().dot(values, at, values, at, dim));
    for (int d = at; norm > 0 && d < at + dim; d++) {
      values[d] /= norm;
    }
  }

  private static Hits at(Hits pool, IntArrayList chosen) {
    int[] tokens = new int[chosen.size()];
    float[] scores = new float[chosen.size()];
    for (int i = 0; i < tokens.length; i++) {
      tokens[i] = pool.tokens()[chosen.getInt(i)];
      scores[i] = pool.scores()[chosen.getInt(i)];
    }
    return new Hits(tokens, scores);
  }

  /** How often each value of the field was taken. */
  private final class Caps {
    private final int[][] values;
    private final Int2IntOpenHashMap taken = new Int2IntOpenHashMap();

    Caps(Hits pool, AttributeIndex attributes) {
      values =
          field == null
              ? new int[0][]
              : attributes.codes(field, Arrays.copyOf(pool.tokens(), pool.size()));
    }

    boolean open(int i) {
      if (field == null) {
        return true;
      }
      for (int value : values[i]) {
        if (taken.get(value) >= maxPerValue) {
          return false;
        }
      }
      return true;
    }

    void take(int i) {
      if (field != null) {
        for (int value : values[i]) {
          taken.addTo(value, 1);
        }
      }
    }
  }
}
