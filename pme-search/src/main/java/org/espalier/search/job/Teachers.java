package org.espalier.search.job;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import org.espalier.learning.train.TrainingListener;
import org.espalier.search.data.CtrData;
import org.espalier.search.data.CtrSamples;
import org.espalier.search.data.RandomPairs;
import org.espalier.search.model.Architecture;
import org.espalier.search.model.CtrModel;
import org.espalier.search.model.CtrTrainer;
import org.espalier.search.model.Projecting;
import org.espalier.search.model.SampleSource;
import org.espalier.search.model.TableLayout;

/**
 * An ensemble of full-size models whose mean logit a pruned model learns, on pairs that the log need
 * not hold (knowledge distillation, Hinton et al., 2015). Most of what pruning costs comes back so.
 */
public final class Teachers {

  private static final int POOL_EPOCHS = 10; // pairs are labelled once and then come round again

  private static final int PAIRS_PER_EPOCH_MAX = 500_000; // bounds the pool's memory

  private final List<CtrModel> models;

  private Teachers(List<CtrModel> models) {
    this.models = models;
  }

  /** Teachers that exist already, such as the active full-size model. */
  public static Teachers of(List<CtrModel> models) {
    if (models.isEmpty()) {
      throw new IllegalArgumentException("at least one teacher is needed");
    }
    return new Teachers(List.copyOf(models));
  }

  /**
   * Trains four models with dropout, at the full and at half the size in turn.
   *
   * @param cancelled when true, training ends early and the teachers are of no use
   */
  public static Teachers train(
      CtrData data,
      Architecture.Kind kind,
      int dim,
      long seed,
      int threads,
      TrainingListener listener,
      BooleanSupplier cancelled) {
    Recipe recipe = Recipe.of(data.train().count(), threads);
    List<CtrModel> models = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      int size = i % 2 == 0 ? dim : Math.max(1, dim / 2);
      long own = seed * 1_000 + i;
      TableLayout layout =
          TableLayout.of(
              data.fields(),
              size,
              Projecting.NESTED,
              Recipe.DEFAULT_ROWS,
              TableLayout.uniformSizes(data.fields(), size));
      CtrModel model = CtrModel.create(data.fields(), Recipe.fullSize(kind), layout, own);
      CtrTrainer.train(
          model,
          SampleSource.of(data.train()),
          data.valid(),
          recipe.training(false, own),
          listener,
          cancelled);
      models.add(model);
    }
    return new Teachers(List.copyOf(models));
  }

  /** The mean logit. */
  public float[] logits(CtrSamples samples) {
    float[] mean = new float[samples.count()];
    for (CtrModel model : models) {
      float[] logits = model.logits(samples);
      for (int i = 0; i < mean.length; i++) {
        mean[i] += logits[i] / models.size();
      }
    }
    return mean;
  }

  /** Random pairs with the teachers' probabilities as labels; labelled here, once for all methods. */
  SampleSource pairs(CtrData data, long seed) {
    RandomPairs pairs = RandomPairs.of(data.fields(), data.train());
    SplittableRandom random = new SplittableRandom(seed);
    int count = Math.min(data.train().count(), PAIRS_PER_EPOCH_MAX);
    List<CtrSamples> pool = new ArrayList<>();
    for (int i = 0; i < POOL_EPOCHS; i++) {
      CtrSamples drawn = pairs.draw(count, random);
      float[] labels = logits(drawn);
      for (int j = 0; j < labels.length; j++) {
        labels[j] = (float) (1 / (1 + Math.exp(-labels[j])));
      }
      pool.add(drawn.withLabels(labels));
    }
    return new SampleSource() {
      @Override
      public int samplesPerEpoch() {
        return count;
      }

      @Override
      public CtrSamples epoch(int epoch) {
        return pool.get((epoch - 1) % POOL_EPOCHS);
      }
    };
  }
}
