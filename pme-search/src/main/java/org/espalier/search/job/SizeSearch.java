package org.espalier.search.job;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.espalier.learning.train.TrainingListener;
import org.espalier.search.data.CtrData;
import org.espalier.search.model.Architecture;
import org.espalier.search.model.CtrModel;
import org.espalier.search.model.CtrTrainer;
import org.espalier.search.model.Projecting;
import org.espalier.search.model.SampleSource;
import org.espalier.search.model.TableLayout;
import org.espalier.search.model.TrainingResult;
import org.espalier.search.model.TrainingSpec;
import org.espalier.search.size.Criterion;
import org.espalier.search.size.GainCurves;
import org.espalier.search.size.Method;
import org.espalier.search.size.PrincipalAxes;
import org.espalier.search.size.Saliency;

/** Finds the sizes by each {@link Method}; the model that it returns is ready to be trained. */
final class SizeSearch {

  private final CtrData data;
  private final CtrSettings settings;
  private final PrunedLayouts layouts;
  private final SampleSource source;
  private final TrainingListener listener;
  private final BooleanSupplier cancelled;
  private final SplittableRandom random;
  private final Recipe recipe;
  private final Map<String, Double> phaseSeconds = new LinkedHashMap<>();

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
    layouts = new PrunedLayouts(data, settings);
    random = new SplittableRandom(settings.seed());
    recipe = Recipe.of(data.train().count(), settings.threads());
  }

  CtrModel find() {
    return switch (settings.method()) {
      case FULL -> fresh(layouts.full(), full());
      case UNIFORM -> fresh(layouts.uniformThatFits(), pruned());
      case POPULARITY -> fresh(timed("allocation", layouts::byPopularity), pruned());
      case MAGNITUDE -> byMagnitude();
      case MASK -> byMask();
      case PME -> settings.projecting() == Projecting.NESTED ? afterWarmUp() : atInitialisation();
    };
  }

  /** The seconds that each phase of {@link #find} took, in order. */
  Map<String, Double> phaseSeconds() {
    return phaseSeconds;
  }

  private CtrModel byMagnitude() {
    CtrModel model = fresh(layouts.wide(), full());
    var _ =
        train("training at full size", model, recipe.training(settings.distil(), settings.seed()));
    double[] magnitude = new double[model.layout().tokenCount() * settings.dim()];
    for (int t = 0; t < model.layout().tokenCount(); t++) {
      for (int d = 0; d < model.layout().size(t); d++) {
        magnitude[t * settings.dim() + d] =
            Math.abs(model.tableValues()[model.layout().rowAt(t) + d]);
      }
    }
    return model.onTables(timed("allocation", () -> layouts.keepLargest(magnitude)));
  }

  private CtrModel byMask() {
    CtrModel model = fresh(layouts.wide(), pruned());
    double[] saliency =
        saliency(model, Saliency.Labels.LOG, Criterion.CONNECTION, Recipe.FIRST_BATCHES);
    return model.onTables(timed("allocation", () -> layouts.keepLargest(saliency)));
  }

  /** The paper's steps 1 to 3; the model starts afresh. */
  private CtrModel atInitialisation() {
    CtrModel model = fresh(layouts.wide(), pruned());
    double[] saliency =
        saliency(model, Saliency.Labels.LOG, settings.criterion(), Recipe.FIRST_BATCHES);
    GainCurves curves = GainCurves.ofBest(saliency, settings.dim());
    return fresh(timed("allocation", () -> layouts.allocate(curves)), pruned());
  }

  /**
   * A small model learns for some epochs and turns into its principal axes, so that a prefix of a row is
   * worth keeping; labels for the gradients come from its own probabilities. The pruned model starts from
   * what is left of it, unless one epoch was enough to learn the log by heart: then a start afresh sees
   * every sample for the first time.
   */
  private CtrModel afterWarmUp() {
    WarmUp warmUp = new WarmUp(data, source, recipe, settings, listener, cancelled);
    CtrModel model = timed("warm-up", () -> warmUp.run(fresh(layouts.wholeSpace(), pruned())));
    phaseSeconds.merge("warm-up", -warmUp.judgingSeconds(), Double::sum);
    phaseSeconds.put("held-out gains", warmUp.judgingSeconds());
    if (model.canRotate()) {
      timed(
          "rotation",
          () -> {
            model.rotate(PrincipalAxes.of(model));
            return model;
          });
    }
    double[] saliency =
        saliency(
            model,
            Saliency.Labels.OWN,
            settings.criterion(),
            recipe.warmBatches(data.train().count()));
    GainCurves curves = GainCurves.ofPrefixes(saliency, model.layout().dim());
    TableLayout found = timed("allocation", () -> layouts.allocate(curves));
    return warmUp.bestEpochs() == 1 ? fresh(found, pruned()) : model.onTables(found);
  }

  private double[] saliency(
      CtrModel model, Saliency.Labels labels, Criterion criterion, int batches) {
    return timed(
        "saliency",
        () ->
            Saliency.of(
                model,
                data.train(),
                labels,
                criterion,
                batches,
                recipe.batch(),
                random,
                cancelled));
  }

  private TrainingResult train(String phase, CtrModel model, TrainingSpec spec) {
    return timed(
        phase, () -> CtrTrainer.train(model, source, data.valid(), spec, listener, cancelled));
  }

  private <T> T timed(String phase, Supplier<T> work) {
    long start = System.nanoTime();
    T result = work.get();
    phaseSeconds.merge(phase, (System.nanoTime() - start) * 1e-9, Double::sum);
    return result;
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
}
