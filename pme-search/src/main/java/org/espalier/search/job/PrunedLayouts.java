package org.espalier.search.job;

import it.unimi.dsi.fastutil.ints.IntArrays;
import java.util.function.DoubleFunction;
import java.util.stream.IntStream;
import org.espalier.search.data.Bags;
import org.espalier.search.data.CtrData;
import org.espalier.search.data.CtrField;
import org.espalier.search.model.Projecting;
import org.espalier.search.model.TableLayout;
import org.espalier.search.size.GainCurves;
import org.espalier.search.size.Method;
import org.espalier.search.size.NoRoomException;
import org.espalier.search.size.SizeAllocator;

/** The table layouts that an experiment's settings allow on its data, all inside one budget. */
final class PrunedLayouts {

  private static final double POPULARITY_EXPONENT = 0.3; // Ginart et al., ISIT 2021
  private static final int BISECTIONS = 50;

  private final CtrData data;
  private final CtrSettings settings;
  private final int budget;

  PrunedLayouts(CtrData data, CtrSettings settings) {
    this.data = data;
    this.settings = settings;
    budget =
        settings.method() == Method.FULL
            ? full().storedNumbers()
            : (int) (settings.keep() * data.tokenCount() * settings.dim());
  }

  /** The numbers that a model may store; at full size, what it stores. */
  int budget() {
    return budget;
  }

  /**
   * Refuses a budget that even the least of what the method stores exceeds.
   *
   * @throws NoRoomException with both figures
   */
  void requireRoom() {
    int least =
        switch (settings.method()) {
          case FULL -> full().storedNumbers();
          case UNIFORM -> nested(1, uniform(1)).storedNumbers();
          case POPULARITY, PME -> of(uniform(settings.sizeMin())).storedNumbers();
          case MAGNITUDE, MASK -> wide().sharedNumbers();
        };
    if (least > budget) {
      throw new NoRoomException(
          "keep=%s leaves %d numbers; method %s needs at least %d"
              .formatted(settings.keep(), budget, settings.method(), least));
    }
  }

  /** Every token at full size. */
  TableLayout full() {
    return nested(settings.dim(), uniform(settings.dim()));
  }

  /** Full-size rows with one default row a field: what masks and the published search start from. */
  TableLayout wide() {
    return TableLayout.of(
        data.fields(), settings.dim(), Projecting.NESTED, 1, uniform(settings.dim()));
  }

  /** Every token as wide as the pruned model's space. */
  TableLayout wholeSpace() {
    return nested(space(), uniform(space()));
  }

  /** The largest one size for all that fits. */
  TableLayout uniformThatFits() {
    for (int size = settings.dim(); size > 1; size--) {
      TableLayout layout = nested(size, uniform(size));
      if (layout.storedNumbers() <= budget) {
        return layout;
      }
    }
    return nested(1, uniform(1));
  }

  /** Sizes c · frequency^.3, rounded down to an allowed size, with the largest c that fits. */
  TableLayout byPopularity() {
    int[] allowed = allowedSizes();
    DoubleFunction<TableLayout> scaled =
        scale -> {
          int[] sizes = uniform(0);
          int at = 0;
          for (CtrField field : data.fields()) {
            for (int t = 0; t < field.tokenCount(); t++, at++) {
              double wish = scale * Math.pow(field.counts()[t], POPULARITY_EXPONENT);
              for (int size : allowed) {
                if (t != Bags.UNKNOWN && (size <= wish || size <= settings.sizeMin())) {
                  sizes[at] = size;
                }
              }
            }
          }
          return of(sizes);
        };
    double low = 0;
    double high = space() + 1.0;
    for (int i = 0; i < BISECTIONS; i++) {
      double middle = (low + high) / 2;
      if (scaled.apply(middle).storedNumbers() <= budget) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return scaled.apply(low);
  }

  /** The sizes that keep most of some saliency. */
  TableLayout allocate(GainCurves curves) {
    int rest = budget - TableLayout.defaultNumbers(data.fields(), curves.dim(), defaultRows());
    int[] smallest = uniform(settings.sizeMin());
    int[] largest = uniform(curves.dim());
    return of(
        new SizeAllocator(curves, settings.projecting(), smallest, largest)
            .allocate(allowedSizes(), rest)
            .sizes());
  }

  /**
   * A mask of the largest scores that the budget has room for.
   *
   * @param scores (tokens, D) row-major; what is not above 0 is dropped
   */
  TableLayout keepLargest(double[] scores) {
    int room = budget - wide().sharedNumbers();
    int[] order = IntStream.range(0, scores.length).toArray();
    IntArrays.quickSort(
        order,
        (a, b) ->
            scores[a] == scores[b] ? Integer.compare(a, b) : Double.compare(scores[b], scores[a]));
    boolean[] mask = new boolean[scores.length];
    for (int i = 0; i < Math.min(room, order.length) && scores[order[i]] > 0; i++) {
      mask[order[i]] = true;
    }
    return TableLayout.masked(data.fields(), settings.dim(), 1, mask);
  }

  private int[] uniform(int size) {
    return TableLayout.uniformSizes(data.fields(), size);
  }

  private TableLayout nested(int dim, int[] sizes) {
    return TableLayout.of(data.fields(), dim, Projecting.NESTED, Recipe.DEFAULT_ROWS, sizes);
  }

  private TableLayout of(int[] sizes) {
    return TableLayout.of(data.fields(), space(), settings.projecting(), defaultRows(), sizes);
  }

  /** Default rows as wide as the full size would eat a small budget: one a field then. */
  private int defaultRows() {
    return settings.projecting() == Projecting.NESTED ? Recipe.DEFAULT_ROWS : 1;
  }

  /** The coordinates of a pruned model: all of them where rows are projected. */
  private int space() {
    if (settings.projecting() == Projecting.PROJECTED) {
      return settings.dim();
    }
    int space = Recipe.SPACE;
    while (space < Recipe.SPACE_PER_NUMBER * settings.keep() * settings.dim()) {
      space *= 2;
    }
    return Math.min(space, settings.dim());
  }

  /** Every size of a nested space; powers of two where each size in use costs a projection. */
  private int[] allowedSizes() {
    if (settings.projecting() == Projecting.NESTED) {
      return IntStream.rangeClosed(0, space()).toArray();
    }
    IntStream powers = IntStream.iterate(1, size -> size < settings.dim(), size -> 2 * size);
    return IntStream.concat(IntStream.of(0, settings.dim()), powers).sorted().toArray();
  }
}
