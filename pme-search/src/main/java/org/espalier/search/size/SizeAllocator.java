package org.espalier.search.size;

import it.unimi.dsi.fastutil.ints.IntArrays;
import java.util.Arrays;
import java.util.function.DoublePredicate;
import org.espalier.search.model.Projecting;

/**
 * Chooses a size for every token so that the kept saliency is as large as a budget allows (the design,
 * section 5.3, step 3):
 *
 * <pre>max Σ gain_t(d_t)  subject to  Σ d_t + Σ over sizes in use d · D ≤ budget</pre>
 *
 * <p>At a price λ of a number every token takes the allowed size with the best {@code gain(d) − λ d},
 * and λ is found by bisection. Such a choice is optimal for what it spends; what is then left, less than
 * the tokens at the threshold ask for, goes to the best steps that still fit. Where sizes bring a
 * projection, sizes are given up one by one as long as that pays. A field may have a budget of its own
 * inside the whole one: it then has a price of its own, and its tokens pay the higher of the two.
 */
public final class SizeAllocator {

  private static final int BISECTIONS = 64; // halves the price range to the end of a double
  private static final long[] UNBOUNDED = {Long.MAX_VALUE};

  private final GainCurves curves;
  private final Projecting projecting;
  private final int[] smallest;
  private final int[] largest;
  private final int[] fieldOf; // token → field
  private final long[] fieldBudgets;

  /**
   * An allocator without budgets of fields.
   *
   * @param smallest smallest[token] is the least size it may get
   * @param largest largest[token] is the most; where it is 0 the token gets 0, allowed or not
   */
  public SizeAllocator(GainCurves curves, Projecting projecting, int[] smallest, int[] largest) {
    this(curves, projecting, smallest, largest, new int[curves.tokenCount()], UNBOUNDED);
  }

  /**
   * An allocator.
   *
   * @param fieldOf fieldOf[token] is the number of its field
   * @param fieldBudgets fieldBudgets[field] is what its rows may take; projections count against the
   *     whole budget only
   */
  public SizeAllocator(
      GainCurves curves,
      Projecting projecting,
      int[] smallest,
      int[] largest,
      int[] fieldOf,
      long[] fieldBudgets) {
    if (fieldOf.length != curves.tokenCount()) {
      throw new IllegalArgumentException("one field a token is needed");
    }
    if (smallest.length != curves.tokenCount() || largest.length != curves.tokenCount()) {
      throw new IllegalArgumentException("one bound a token is needed");
    }
    this.curves = curves;
    this.projecting = projecting;
    this.smallest = smallest.clone();
    this.largest = largest.clone();
    this.fieldOf = fieldOf.clone();
    this.fieldBudgets = fieldBudgets.clone();
  }

  /**
   * The best sizes.
   *
   * @param allowed the sizes to choose from, in 0 .. D
   * @param budget numbers that rows and projections may take
   * @throws NoRoomException when the least sizes do not fit
   */
  public Allocation allocate(int[] allowed, long budget) {
    int[] sizes = Arrays.stream(allowed).sorted().distinct().toArray();
    if (sizes.length == 0 || sizes[0] < 0 || sizes[sizes.length - 1] > curves.dim()) {
      throw new IllegalArgumentException(
          "sizes %s are not in 0 .. %d".formatted(Arrays.toString(allowed), curves.dim()));
    }
    requireRoomInFields(sizes);
    Allocation best = allocateAmong(sizes, budget);
    boolean improved = projecting == Projecting.PROJECTED;
    while (improved) {
      improved = false;
      int[] all = sizes;
      for (int dropped : all) {
        int[] fewer = Arrays.stream(all).filter(size -> size != dropped).toArray();
        Allocation other = fewer.length == 0 ? best : allocateAmong(fewer, budget);
        if (better(other, best, budget)) {
          best = other;
          sizes = fewer;
          improved = true;
        }
      }
    }
    if (best.numbers() > budget) {
      throw new NoRoomException(
          "the least sizes take %d numbers, and the budget leaves %d for rows and projections"
              .formatted(best.numbers(), budget));
    }
    return best;
  }

  private void requireRoomInFields(int[] allowed) {
    long[] least = rowsByField(choose(allowed, samePrices(highestPrice())));
    for (int f = 0; f < least.length; f++) {
      if (least[f] > fieldBudgets[f]) {
        throw new NoRoomException(
            "the least sizes of field %d take %d numbers, and its budget is %d"
                .formatted(f, least[f], fieldBudgets[f]));
      }
    }
  }

  private static boolean better(Allocation a, Allocation b, long budget) {
    if (a.numbers() > budget || b.numbers() > budget) {
      return a.numbers() < b.numbers();
    }
    return a.gain() > b.gain();
  }

  /** The best of some sizes; over the budget only when even the least do not fit. */
  private Allocation allocateAmong(int[] allowed, long budget) {
    double[] fieldPrices = fieldPrices(allowed);
    int[] chosen = choose(allowed, fieldPrices);
    if (numbers(chosen) > budget) {
      double price = lowestPrice(p -> numbers(choose(allowed, atLeast(p, fieldPrices))) <= budget);
      chosen = choose(allowed, atLeast(price, fieldPrices));
    }
    spendTheRest(allowed, budget - numbers(chosen), chosen);
    double gain = 0;
    for (int t = 0; t < chosen.length; t++) {
      gain += curves.gain(t, chosen[t]);
    }
    return new Allocation(chosen, gain, numbers(chosen));
  }

  /** For each field the lowest price at which its rows keep to its budget. */
  private double[] fieldPrices(int[] allowed) {
    double[] prices = new double[fieldBudgets.length];
    long[] wanted = rowsByField(choose(allowed, prices));
    for (int f = 0; f < prices.length; f++) {
      int field = f;
      if (wanted[f] > fieldBudgets[f]) {
        prices[f] =
            lowestPrice(
                p -> rowsByField(choose(allowed, samePrices(p)))[field] <= fieldBudgets[field]);
      }
    }
    return prices;
  }

  /** The lowest price that is high enough, by bisection; the highest when none is. */
  private double lowestPrice(DoublePredicate enough) {
    double low = 0;
    double high = highestPrice();
    for (int i = 0; i < BISECTIONS; i++) {
      double price = (low + high) / 2;
      if (enough.test(price)) {
        high = price;
      } else {
        low = price;
      }
    }
    return high;
  }

  private double[] samePrices(double price) {
    double[] prices = new double[fieldBudgets.length];
    Arrays.fill(prices, price);
    return prices;
  }

  private static double[] atLeast(double price, double[] fieldPrices) {
    return Arrays.stream(fieldPrices).map(own -> Math.max(price, own)).toArray();
  }

  private long[] rowsByField(int[] chosen) {
    long[] sums = new long[fieldBudgets.length];
    for (int t = 0; t < chosen.length; t++) {
      sums[fieldOf[t]] += chosen[t];
    }
    return sums;
  }

  /** A price at which no coordinate pays. */
  private double highestPrice() {
    double highest = 0;
    for (int t = 0; t < curves.tokenCount(); t++) {
      highest = Math.max(highest, curves.step(t, 0)); // no later one adds more
    }
    return highest * 1.001 + Double.MIN_NORMAL;
  }

  /**
   * Every token's best size at its field's price; of equal ones the smallest. A curve rises by less and
   * less, so the first size that does not pay ends a token: the cost is that of the sizes that are taken.
   */
  private int[] choose(int[] allowed, double[] fieldPrices) {
    int[] chosen = new int[curves.tokenCount()];
    for (int t = 0; t < chosen.length; t++) {
      double price = fieldPrices[fieldOf[t]];
      boolean least = true;
      for (int candidate : allowed) {
        if (candidate > largest[t]) {
          break;
        }
        if (candidate >= smallest[t]) {
          if (!least && !pays(t, chosen[t], candidate, price)) {
            break;
          }
          chosen[t] = candidate;
          least = false;
        }
      }
    }
    return chosen;
  }

  private boolean pays(int token, int from, int to, double price) {
    return sum(token, from, to) > price * (to - from);
  }

  /** What a token gains between two sizes. */
  private double sum(int token, int from, int to) {
    double sum = 0;
    for (int d = from; d < to; d++) {
      sum += curves.step(token, d);
    }
    return sum;
  }

  /** What an allocation stores. */
  private long numbers(int[] chosen) {
    long sum = 0;
    boolean[] used = new boolean[curves.dim() + 1];
    for (int size : chosen) {
      sum += size;
      used[size] = true;
    }
    if (projecting == Projecting.PROJECTED) {
      for (int size = 1; size < curves.dim(); size++) {
        sum += used[size] ? (long) size * curves.dim() : 0;
      }
    }
    return sum;
  }

  /** Gives the numbers that are left to the tokens whose next size is worth most a number. */
  private void spendTheRest(int[] allowed, long left, int[] chosen) {
    long[] leftInField = rowsByField(chosen);
    Arrays.setAll(leftInField, f -> fieldBudgets[f] - leftInField[f]);
    int[] next = new int[chosen.length];
    double[] worth = new double[chosen.length];
    boolean[] inUse = new boolean[curves.dim() + 1];
    for (int size : chosen) {
      inUse[size] = true;
    }
    for (int t = 0; t < chosen.length; t++) {
      for (int candidate : allowed) {
        boolean free = projecting != Projecting.PROJECTED || inUse[candidate];
        if (free && candidate > chosen[t]) { // later ones are worth less a number
          int more = candidate - chosen[t];
          if (more <= Math.min(left, leftInField[fieldOf[t]]) && candidate <= largest[t]) {
            worth[t] = sum(t, chosen[t], candidate) / more;
            next[t] = candidate;
          }
          break;
        }
      }
    }
    int[] order = new int[chosen.length];
    Arrays.setAll(order, t -> t);
    IntArrays.quickSort(
        order,
        (a, b) ->
            worth[a] == worth[b] ? Integer.compare(a, b) : Double.compare(worth[b], worth[a]));
    for (int t : order) {
      int more = next[t] - chosen[t];
      if (worth[t] > 0 && more <= Math.min(left, leftInField[fieldOf[t]])) {
        chosen[t] = next[t];
        left -= more;
        leftInField[fieldOf[t]] -= more;
      }
    }
  }
}
