package org.espalier.embeddings.fit;

import it.unimi.dsi.fastutil.ints.IntOpenHashSet;
import it.unimi.dsi.fastutil.longs.LongHeapPriorityQueue;
import java.util.Random;
import org.espalier.embeddings.arena.ArenaTable;
import org.espalier.embeddings.arena.ExactSearch;
import org.espalier.embeddings.fit.FitReport.Quality;
import org.espalier.embeddings.kernel.FloatKernel;
import org.espalier.embeddings.kernel.FloatKernels;
import org.espalier.embeddings.table.MultiSizeTable;
import org.espalier.embeddings.table.StepListener;
import org.espalier.embeddings.table.VectorSource;

/**
 * Compares a fitted table with its vectors on some queries: the scores of all items, and the exact top
 * lists, the fitted one as serving searches it.
 */
final class FitMeasure {

  private static final int[] DEPTHS = {10, 100};
  private static final FloatKernel KERNEL = FloatKernels.best();

  private final VectorSource items;
  private final int[] tokens;
  private final float[] queries; // (count, D)
  private final int count;
  private final int dim;
  private final int depth;
  private final LongHeapPriorityQueue[] best; // of each query the best items, worst first
  private double squaredError;
  private double squaredScore;

  private FitMeasure(VectorSource items, int[] tokens, float[] queries) {
    this.items = items;
    this.tokens = tokens;
    this.queries = queries;
    this.dim = items.dim();
    this.count = queries.length / dim;
    this.depth = Math.min(DEPTHS[DEPTHS.length - 1], items.count());
    this.best = new LongHeapPriorityQueue[count];
    for (int q = 0; q < count; q++) {
      best[q] = new LongHeapPriorityQueue(depth + 1);
    }
  }

  /** Measures on queries drawn from {@code from}, all of them when there are not more. */
  static Quality measure(
      MultiSizeTable fitted,
      VectorSource items,
      int[] tokens,
      VectorSource from,
      FitSpec spec,
      StepListener listener) {
    float[] queries = sample(from, Math.min(spec.measuredQueries(), from.count()), spec.seed());
    try (ArenaTable arena = ArenaTable.load(fitted)) {
      return new FitMeasure(items, tokens, queries).run(arena, listener);
    }
  }

  private static float[] sample(VectorSource from, int wanted, long seed) {
    int dim = from.dim();
    Random random = new Random(seed);
    IntOpenHashSet chosen = new IntOpenHashSet(wanted);
    float[] queries = new float[wanted * dim];
    float[] one = new float[dim];
    while (chosen.size() < wanted) {
      int row = wanted == from.count() ? chosen.size() : random.nextInt(from.count());
      if (chosen.add(row)) {
        from.read(row, 1, one);
        System.arraycopy(one, 0, queries, (chosen.size() - 1) * dim, dim);
      }
    }
    return queries;
  }

  private Quality run(ArenaTable arena, StepListener listener) {
    float[] exact = new float[Blocks.ROWS];
    float[] fitted = new float[Blocks.ROWS];
    int[] blockTokens = new int[Blocks.ROWS];
    float[] query = new float[dim];
    Blocks.forEach(
        items,
        "measuring",
        listener,
        (from, rows, vectors) -> {
          System.arraycopy(tokens, from, blockTokens, 0, rows);
          for (int q = 0; q < count; q++) {
            System.arraycopy(queries, q * dim, query, 0, dim);
            KERNEL.scoreRows(query, 0, dim, vectors, rows, exact);
            arena.score(query, blockTokens, rows, fitted);
            compare(exact, fitted, rows);
            keepBest(best[q], exact, from, rows);
          }
        });
    double[] kept = new double[DEPTHS.length];
    for (int q = 0; q < count; q++) {
      System.arraycopy(queries, q * dim, query, 0, dim);
      int[] exactTop = drain(best[q]);
      int[] fittedTop = ExactSearch.search(arena, query, depth, null, null).tokens();
      for (int d = 0; d < DEPTHS.length; d++) {
        kept[d] += overlap(exactTop, fittedTop, Math.min(DEPTHS[d], depth)) / count;
      }
    }
    double error = squaredScore == 0 ? 0 : Math.sqrt(squaredError / squaredScore);
    return new Quality(count, kept[0], kept[1], error);
  }

  private void compare(float[] exact, float[] fitted, int rows) {
    for (int r = 0; r < rows; r++) {
      double error = (double) fitted[r] - exact[r];
      squaredError += error * error;
      squaredScore += (double) exact[r] * exact[r];
    }
  }

  /** A heap's elements are score << 32 | -token, so that of equal scores the smaller token is best. */
  private void keepBest(LongHeapPriorityQueue heap, float[] scores, int from, int rows) {
    for (int r = 0; r < rows; r++) {
      long element = (long) ascending(scores[r]) << 32 | (Integer.MAX_VALUE - tokens[from + r]);
      if (heap.size() < depth) {
        heap.enqueue(element);
      } else if (element > heap.firstLong()) {
        heap.dequeueLong();
        heap.enqueue(element);
      }
    }
  }

  private static int[] drain(LongHeapPriorityQueue heap) {
    int[] found = new int[heap.size()];
    for (int i = found.length - 1; i >= 0; i--) {
      found[i] = Integer.MAX_VALUE - (int) heap.dequeueLong();
    }
    return found;
  }

  /** An integer that is the larger the larger the score. */
  private static int ascending(float score) {
    int bits = Float.floatToIntBits(score + 0f); // + 0 makes -0 and 0 equal
    return bits ^ (bits >> 31 & Integer.MAX_VALUE);
  }

  private static double overlap(int[] a, int[] b, int k) {
    IntOpenHashSet first = new IntOpenHashSet(a, 0, k);
    int both = 0;
    for (int i = 0; i < k; i++) {
      both += first.contains(b[i]) ? 1 : 0;
    }
    return (double) both / k;
  }
}
