package org.espalier.search.retrieval;

import it.unimi.dsi.fastutil.ints.IntArrays;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.espalier.learning.mf.MfModel;
import org.espalier.search.model.Projecting;
import org.espalier.search.size.GainCurves;
import org.espalier.search.size.NoRoomException;
import org.espalier.search.size.SizeAllocator;

/** Chooses which coordinates each token of both tables keeps, by each method, under one budget. */
final class TableSizes {

  private static final double POPULARITY_EXPONENT = 0.3; // Ginart et al., ISIT 2021
  private static final int BISECTIONS = 50;

  private final PruneSpec spec;
  private final MfModel model;
  private final double[] saliency;
  private final int[] counts; // interactions of each token
  private final int dim;
  private final int users;
  private final long budget;

  /**
   * @param model in balanced axes
   * @param saliency (users + items, dim)
   * @param counts interactions of each token, users first
   */
  TableSizes(PruneSpec spec, MfModel model, double[] saliency, int[] counts) {
    this.spec = spec;
    this.model = model;
    this.saliency = saliency;
    this.counts = counts;
    dim = model.dim();
    users = model.userVectors().length / dim;
    budget = spec.budget(counts.length, dim);
  }

  /**
   * The support within the first {@code space} coordinates.
   *
   * @throws NoRoomException when the budget has no room for what the method stores
   */
  Support find(int space) {
    return switch (spec.method()) {
      case FULL -> Support.ofSizes(users, dim, filled(dim));
      case UNIFORM -> uniform();
      case POPULARITY -> byPopularity(space);
      case MAGNITUDE -> largest(magnitudes());
      case MASK -> largest(saliency);
      case PME -> bySaliency(space);
    };
  }

  private Support uniform() {
    int size = (int) (budget / counts.length);
    if (size == 0) {
      throw new NoRoomException(
          "keep=%s leaves %d numbers for %d tokens; method uniform needs one for each"
              .formatted(spec.keep(), budget, counts.length));
    }
    return Support.ofSizes(users, dim, filled(size));
  }

  /** Sizes c · count^.3, with the largest c that fits. */
  private Support byPopularity(int space) {
    double low = 0;
    double high = space + 1.0;
    for (int i = 0; i < BISECTIONS; i++) {
      double middle = (low + high) / 2;
      if (sum(popularSizes(middle, space)) <= budget) {
        low = middle;
      } else {
        high = middle;
      }
    }
    int[] sizes = popularSizes(low, space);
    if (sum(sizes) > budget) {
      throw new NoRoomException(
          "the least sizes take %d numbers, and keep=%s leaves %d"
              .formatted(sum(sizes), spec.keep(), budget));
    }
    return Support.ofSizes(users, dim, sizes);
  }

  private int[] popularSizes(double scale, int space) {
    int[] sizes = new int[counts.length];
    for (int t = 0; t < sizes.length; t++) {
      double wish = scale * Math.pow(counts[t], POPULARITY_EXPONENT);
      sizes[t] = (int) Math.clamp(wish, bounds(t).sizeMin(), space);
    }
    return sizes;
  }

  private Support bySaliency(int space) {
    int[] fieldOf = new int[counts.length];
    Arrays.fill(fieldOf, users, fieldOf.length, 1);
    int[] smallest = new int[counts.length];
    Arrays.setAll(smallest, t -> bounds(t).sizeMin());
    long[] fieldBudgets = {
      (long) (spec.users().keepMax() * users * dim),
      (long) (spec.items().keepMax() * (counts.length - users) * dim)
    };
    int[] allowed = IntStream.rangeClosed(0, space).toArray();
    int[] sizes =
        new SizeAllocator(
                GainCurves.ofPrefixes(saliency, dim),
                Projecting.NESTED,
                smallest,
                filled(space),
                fieldOf,
                fieldBudgets)
            .allocate(allowed, budget)
            .sizes();
    return Support.ofSizes(users, dim, sizes);
  }

  /** The numbers of the largest scores, wherever they are. */
  private Support largest(double[] scores) {
    int[] order = IntStream.range(0, scores.length).toArray();
    IntArrays.parallelQuickSort(
        order,
        (a, b) ->
            scores[a] == scores[b] ? Integer.compare(a, b) : Double.compare(scores[b], scores[a]));
    boolean[] owned = new boolean[scores.length];
    for (int i = 0; i < Math.min(budget, order.length) && scores[order[i]] > 0; i++) {
      owned[order[i]] = true;
    }
    return Support.ofMask(users, dim, owned);
  }

  private double[] magnitudes() {
    double[] magnitudes = new double[saliency.length];
    int itemsAt = users * dim;
    for (int i = 0; i < magnitudes.length; i++) {
      magnitudes[i] =
          Math.abs(i < itemsAt ? model.userVectors()[i] : model.itemVectors()[i - itemsAt]);
    }
    return magnitudes;
  }

  private PruneSpec.Bounds bounds(int token) {
    return token < users ? spec.users() : spec.items();
  }

  private int[] filled(int size) {
    int[] sizes = new int[counts.length];
    Arrays.fill(sizes, size);
    return sizes;
  }

  private static long sum(int[] sizes) {
    return Arrays.stream(sizes).asLongStream().sum();
  }
}
