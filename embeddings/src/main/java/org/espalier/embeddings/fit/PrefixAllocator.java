package org.espalier.embeddings.fit;

import java.util.Arrays;

/**
 * Chooses a prefix for every row so that the gain is as large as a budget of numbers allows: {@code max
 * Σ gain_r(d_r)} subject to {@code Σ d_r ≤ budget}. At a price λ of a number every row takes the allowed
 * size with the best {@code gain(d) − λ d}, and λ is found by bisection; such a choice is optimal for
 * what it spends. What is then left, less than the rows at the threshold ask for, goes to the steps that
 * are worth most a number and still fit. Gains need not be concave: a price picks from their hull.
 */
final class PrefixAllocator {

  private static final int BISECTIONS = 60; // halves the price range to the end of a double

  private final int[] sizes;
  private final float[] gains;
  private final int rows;

  /**
   * An allocator.
   *
   * @param sizes allowed, ascending
   * @param gains (rows, sizes), what each size is worth to each row
   */
  PrefixAllocator(int[] sizes, float[] gains) {
    this.sizes = sizes;
    this.gains = gains;
    this.rows = gains.length / sizes.length;
  }

  /**
   * The choice.
   *
   * @param choices choices[r] is an index of the allowed sizes
   * @param price the λ that made it, before the rest was spent
   * @param numbers Σ of the sizes
   * @param gain Σ of the gains
   */
  @SuppressWarnings("ArrayRecordComponent") // of one caller; never compared
  record Allocation(byte[] choices, double price, long numbers, double gain) {}

  /** The best choice under a budget that has room for the smallest size of every row. */
  Allocation allocate(long budget) {
    double price = 0;
    if (numbersAt(0) > budget) {
      double low = 0;
      double high = highestPrice();
      for (int i = 0; i < BISECTIONS; i++) {
        double middle = (low + high) / 2;
        if (numbersAt(middle) > budget) {
          low = middle;
        } else {
          high = middle;
        }
      }
      price = high;
    }
    byte[] choices = new byte[rows];
    long numbers = 0;
    for (int r = 0; r < rows; r++) {
      choices[r] = (byte) choose(r, price);
      numbers += sizes[choices[r]];
    }
    numbers += spend(budget - numbers, choices);
    double gain = 0;
    for (int r = 0; r < rows; r++) {
      gain += gains[r * sizes.length + choices[r]];
    }
    return new Allocation(choices, price, numbers, gain);
  }

  /** What all rows take at a price; falls as the price rises. */
  long numbersAt(double price) {
    long numbers = 0;
    for (int r = 0; r < rows; r++) {
      numbers += sizes[choose(r, price)];
    }
    return numbers;
  }

  /** A row's best size at a price; of equal ones the smallest. */
  private int choose(int row, double price) {
    int at = row * sizes.length;
    int best = 0;
    double worth = gains[at] - price * sizes[0];
    for (int s = 1; s < sizes.length; s++) {
      double other = gains[at + s] - price * sizes[s];
      if (other > worth) {
        worth = other;
        best = s;
      }
    }
    return best;
  }

  /** A price at which every row takes its smallest size. */
  private double highestPrice() {
    double highest = 0;
    for (int r = 0; r < rows; r++) {
      int at = r * sizes.length;
      for (int s = 1; s < sizes.length; s++) {
        highest = Math.max(highest, ((double) gains[at + s] - gains[at]) / (sizes[s] - sizes[0]));
      }
    }
    return highest * 1.001 + Double.MIN_NORMAL;
  }

  /** Gives what is left to the best steps, and returns how much was given. */
  private long spend(long left, byte[] choices) {
    long[] steps = new long[rows]; // worth << 32 | row; positive floats sort as their bits
    byte[] next = new byte[rows];
    int count = 0;
    for (int r = 0; r < rows; r++) {
      int at = r * sizes.length;
      float worth = 0;
      for (int s = choices[r] + 1; s < sizes.length; s++) {
        int more = sizes[s] - sizes[choices[r]];
        float each = (gains[at + s] - gains[at + choices[r]]) / more;
        if (more <= left && each > worth) {
          worth = each;
          next[r] = (byte) s;
        }
      }
      if (worth > 0) {
        steps[count++] = (long) Float.floatToIntBits(worth) << 32 | (rows - 1 - r);
      }
    }
    Arrays.sort(steps, 0, count);
    long given = 0;
    for (int i = count - 1; i >= 0; i--) {
      int r = rows - 1 - (int) steps[i];
      int more = sizes[next[r]] - sizes[choices[r]];
      if (more <= left - given) {
        given += more;
        choices[r] = next[r];
      }
    }
    return given;
  }
}
