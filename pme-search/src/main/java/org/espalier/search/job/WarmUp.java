package org.espalier.search.job;

import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.espalier.learning.train.TrainingEvent;
import org.espalier.learning.train.TrainingListener;
import org.espalier.learning.train.TrainingOutcome;
import org.espalier.search.data.CtrData;
import org.espalier.search.model.CtrModel;
import org.espalier.search.model.CtrTrainer;
import org.espalier.search.model.Projecting;
import org.espalier.search.model.SampleSource;
import org.espalier.search.model.TableLayout;
import org.espalier.search.size.HeldOutGains;

/**
 * What a small model learns before saliency is taken. When an epoch makes the validation worse, rows
 * have learned noise by heart, and before the training goes back to its best epoch they are judged on
 * the validation samples: the rows of the field that does most harm there are taken away for good, and
 * the model, which they would have forced to stop, learns on. So it goes until the validation does not fall, nothing does
 * harm, or the rounds are used up. For one run.
 */
final class WarmUp {

  private final CtrData data;
  private final SampleSource source;
  private final Recipe recipe;
  private final CtrSettings settings;
  private final TrainingListener listener;
  private final BooleanSupplier cancelled;
  private int bestEpochs;
  private long judgingNanos;

  WarmUp(
      CtrData data,
      SampleSource source,
      Recipe recipe,
      CtrSettings settings,
      TrainingListener listener,
      BooleanSupplier cancelled) {
    this.data = data;
    this.source = source;
    this.recipe = recipe;
    this.settings = settings;
    this.listener = listener;
    this.cancelled = cancelled;
  }

  /**
   * The model after its warm-up: the same one, or one that lacks some rows.
   *
   * @param fresh every token but the unknown ones owns a row as wide as the model; it is trained
   */
  CtrModel run(CtrModel fresh) {
    CtrModel model = fresh;
    for (int round = 1; !cancelled.getAsBoolean(); round++) {
      Watch watch = new Watch(model);
      TrainingOutcome outcome =
          CtrTrainer.train(
                  model,
                  source,
                  data.valid(),
                  recipe.warmUp(settings.distil(), settings.seed() + round - 1),
                  watch,
                  cancelled)
              .outcome();
      bestEpochs += outcome.bestEpoch();
      if (round == Recipe.WARM_ROUNDS || watch.gains.isEmpty() || !watch.gains.get().anyHarmful()) {
        break;
      }
      model = model.onTables(withSizes(model, watch.gains.get().sizesWithoutWorst()));
    }
    return model;
  }

  /** The epochs that the model has learned for, those that were taken back not counted. */
  int bestEpochs() {
    return bestEpochs;
  }

  /** How long rows were judged, in seconds; part of the run. */
  double judgingSeconds() {
    return judgingNanos * 1e-9;
  }

  private TableLayout withSizes(CtrModel model, int[] sizes) {
    return TableLayout.of(
        data.fields(), model.layout().dim(), Projecting.NESTED, Recipe.DEFAULT_ROWS, sizes);
  }

  /** Judges the rows as they are in the first epoch that is not the best so far. */
  private final class Watch implements TrainingListener {

    private final CtrModel model;
    private Optional<HeldOutGains> gains = Optional.empty();

    Watch(CtrModel model) {
      this.model = model;
    }

    @Override
    public void on(TrainingEvent event) {
      listener.on(event);
      if (event instanceof TrainingEvent.EpochDone done && !done.best() && gains.isEmpty()) {
        long start = System.nanoTime();
        gains = Optional.of(HeldOutGains.of(model, data.valid(), cancelled));
        judgingNanos += System.nanoTime() - start;
      }
    }
  }
}
