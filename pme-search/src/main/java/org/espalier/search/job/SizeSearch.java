package org.espalier.search.job;

import it.unimi.dsi.fastutil.ints.IntArrays;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleFunction;
import java.util.stream.IntStream;
import org.espalier.learning.train.TrainingListener;
import org.espalier.search.data.Bags;
import org.espalier.search.data.CtrData;
import org.espalier.search.data.CtrField;
import org.espalier.search.model.Architecture;
import org.espalier.search.model.CtrModel;
import org.espalier.search.model.CtrTrainer;
import org.espalier.search.model.Projecting;
import org.espalier.search.model.SampleSource;
import org.espalier.search.model.TableLayout;
import org.espalier.search.size.Criterion;
import org.espalier.search.size.GainCurves;
import org.espalier.search.size.Method;
import org.espalier.search.size.NoRoomException;
import org.espalier.search.size.PrincipalAxes;
import org.espalier.search.size.Saliency;
import org.espalier.search.size.SizeAllocator;

/** Finds the sizes by each {@link Method}; the model that it returns is ready to be trained. */
final class SizeSearch {

  private static final double POPULARITY_EXPONENT = 0.3; // Ginart et al., ISIT 2021
  private static final int BISECTIONS = 50;

  private final CtrData data;
  private final CtrSettings settings;
  private final SampleSource source;
  private final TrainingListener listener;
  private final BooleanSupplier cancelled;
  private final SplittableRandom random;
  private final Recipe recipe;
  private final int budget;

  SizeSearch(
      CtrData data,
      CtrSettings settings,
      SampleSource source,
      TrainingListener listener,
      BooleanSupplier cancelled) {
    this.data = data;
    this.settings = settings;
    this.source = source;
    this.listener = listener;
    this.cancelled = cancelled;
    random = new SplittableRandom(settings.seed());
    recipe = Recipe.of(data.train().count(), settings.threads());
    budget = budget(data, settings);
  }

  /** The numbers that a model may store; at full size, what it stores. */
  static int budget(CtrData data, CtrSettings settings) {
    if (settings.method() == Method.FULL) {
      return Math.multiplyExact(data.tokenCount(), settings.dim())
          + TableLayout.defaultNumbers(data.fields(), settings.dim(), Recipe.DEFAULT_ROWS);
    }
    return (int) (settings.keep() * data.tokenCount() * settings.dim());
  }

  CtrModel find() {
    return switch (settings.method()) {
      case FULL -> fresh(nested(settings.dim(), uniform(settings.dim())), full());
      case UNIFORM -> fresh(uniformThatFits(), pruned());
      case POPULARITY -> fresh(byPopularity(), pruned());
      case MAGNITUDE -> byMagnitude();
      case MASK -> byMask();
      case PME -> settings.projecting() == Projecting.NESTED ? afterWarmUp() : atInitialisation();
    };
  }

  private TableLayout uniformThatFits() {
    for (int size = settings.dim(); size > 0; size--) {
      TableLayout layout = nested(size, uniform(size));
      if (layout.storedNumbers() <= budget) {
        return layout;
      }
    }
    throw tooSmall(nested(1, uniform(1)).storedNumbers());
  }

  /** Sizes c · frequency^.3, rounded down to an allowed size, with the largest c that fits. */
  private TableLayout byPopularity() {
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
          return layout(sizes);
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
    TableLayout layout = scaled.apply(low);
    if (layout.storedNumbers() > budget) {
      throw tooSmall(layout.storedNumbers());
    }
    return layout;
  }

  private CtrModel byMagnitude() {
    CtrModel model = fresh(wide(), full());
    train(model, false);
    double[] magnitude = new double[model.layout().tokenCount() * settings.dim()];
    for (int t = 0; t < model.layout().tokenCount(); t++) {
      for (int d = 0; d < model.layout().size(t); d++) {
        magnitude[t * settings.dim() + d] =
            Math.abs(model.tableValues()[model.layout().rowAt(t) + d]);
      }
    }
    return model.onTables(keepLargest(magnitude));
  }

  private CtrModel byMask() {
    CtrModel model = fresh(wide(), pruned());
    double[] saliency = saliency(model, Criterion.CONNECTION, data.train().labels());
    return model.onTables(keepLargest(saliency));
  }

  /** The paper's steps 1 to 3; the model starts afresh. */
  private CtrModel atInitialisation() {
    CtrModel model = fresh(wide(), pruned());
    double[] saliency = saliency(model, settings.criterion(), data.train().labels());
    int[] sizes = allocate(GainCurves.ofBest(saliency, settings.dim()));
    return fresh(layout(sizes), pruned());
  }

  /**
   * A small uniform model learns for some epochs and turns into its principal axes, so that a prefix of
   * a row is worth keeping; labels for the gradients come from its own probabilities. The pruned model
   * starts from what is left of it.
   */
  private CtrModel afterWarmUp() {
    int space = space();
    CtrModel model = fresh(nested(space, uniform(space)), pruned());
    train(model, true);
    if (model.canRotate()) {
      model.rotate(PrincipalAxes.of(model));
    }
    float[] ownLabels = Saliency.withOwnLabels(model, data.train(), random).labels();
    double[] saliency = saliency(model, settings.criterion(), ownLabels);
    return model.onTables(layout(allocate(GainCurves.ofPrefixes(saliency, space))));
  }

  private int[] allocate(GainCurves curves) {
    int[] smallest = uniform(settings.sizeMin());
    int[] largest = uniform(curves.dim());
    int rest = budget - TableLayout.defaultNumbers(data.fields(), curves.dim(), defaultRows());
    return new SizeAllocator(curves, settings.projecting(), smallest, largest)
        .allocate(allowedSizes(), rest)
        .sizes();
  }

  private double[] saliency(CtrModel model, Criterion criterion, float[] labels) {
    return Saliency.of(
        model,
        data.train().withLabels(labels),
        criterion,
        Recipe.SALIENCY_BATCHES,
        recipe.batch(),
        random,
        cancelled);
  }

  private void train(CtrModel model, boolean warmUp) {
    boolean distil = settings.distil();
    CtrTrainer.train(
        model,
        source,
        data.valid(),
        warmUp ? recipe.warmUp(distil, settings.seed()) : recipe.training(distil, settings.seed()),
        listener,
        cancelled);
  }

  /** A mask of the largest scores that the budget has room for. */
  private TableLayout keepLargest(double[] scores) {
    int room = budget - wide().sharedNumbers();
    if (room < 0) {
      throw tooSmall(wide().sharedNumbers());
    }
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

  private CtrModel fresh(TableLayout layout, Architecture architecture) {
    return CtrModel.create(data.fields(), architecture, layout, settings.seed());
  }

  private Architecture full() {
    return Recipe.fullSize(settings.kind());
  }

  private Architecture pruned() {
    return Recipe.pruned(settings.kind(), settings.distil());
  }

  private int[] uniform(int size) {
    return TableLayout.uniformSizes(data.fields(), size);
  }

  private TableLayout nested(int dim, int[] sizes) {
    return TableLayout.of(data.fields(), dim, Projecting.NESTED, Recipe.DEFAULT_ROWS, sizes);
  }

  /** Full-size rows with one default row a field: what masks and the published search start from. */
  private TableLayout wide() {
    return TableLayout.of(
        data.fields(), settings.dim(), Projecting.NESTED, 1, uniform(settings.dim()));
  }

  private TableLayout layout(int[] sizes) {
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

  private NoRoomException tooSmall(int needed) {
    return new NoRoomException(
        "keep=%s leaves %d numbers; method %s needs at least %d"
            .formatted(settings.keep(), budget, settings.method(), needed));
  }
}
