package org.espalier.bench;

import java.util.Arrays;

/**
 * Sizes as pruning a catalogue by popularity gives them: with interactions that fall as one over the
 * rank (Zipf), a row's size falls as their square root, the middle of the range that Ginart et al.
 * (Mixed Dimension Embeddings, ISIT 2021) found good, and is a power of two or the full size.
 */
final class SizeMix {

  private SizeMix() {}

  /** Sizes by popularity, most popular first, whose sum comes to {@code keep * rows * dim} or just under. */
  static int[] popularityShaped(int rows, int dim, double keep) {
    int[] sizes = new int[rows];
    if (keep == 1) {
      Arrays.fill(sizes, dim);
      return sizes;
    }
    double low = 0; // ranks below it have the full size
    double high = rows;
    double budget = keep * rows * dim;
    for (int step = 0; step < 60; step++) {
      double middle = (low + high) / 2;
      if (fill(sizes, dim, middle) <= budget) {
        low = middle;
      } else {
        high = middle;
      }
    }
    long left = (long) budget - fill(sizes, dim, low);
    // Rounding down leaves a part of the budget: the most popular of each size take the next one.
    for (int r = 0; r < rows && left > 0; r++) {
      int more = next(sizes[r], dim) - sizes[r];
      if ((r == 0 || sizes[r] < sizes[r - 1]) && more > 0 && more <= left) {
        sizes[r] += more;
        left -= more;
      }
    }
    return sizes;
  }

  private static long fill(int[] sizes, int dim, double fullRanks) {
    long sum = 0;
    for (int r = 0; r < sizes.length; r++) {
      double wanted = dim * Math.sqrt(fullRanks / (r + 1));
      sizes[r] = wanted >= dim ? dim : Integer.highestOneBit((int) wanted);
      sum += sizes[r];
    }
    return sum;
  }

  private static int next(int size, int dim) {
    return size == 0 ? 1 : Math.min(dim, 2 * size);
  }
}
