package org.espalier.learning.mf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.espalier.learning.data.Interactions;
import org.espalier.learning.data.ItemSets;
import org.espalier.learning.data.TimeSplit;
import org.espalier.learning.data.world.SampleWorld;
import org.espalier.learning.data.world.WorldEvent;
import org.espalier.learning.kernel.Workers;
import org.espalier.learning.metric.RetrievalEvaluator;
import org.espalier.learning.metric.RetrievalMetric;
import org.espalier.learning.metric.RetrievalResult;
import org.espalier.learning.train.TrainingEvent;
import org.espalier.learning.train.TrainingListener;
import org.espalier.learning.train.TrainingOutcome;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class MfTrainerTest {

  private static final TimeSplit CLICKS =
      TimeSplit.last(clicks(new SampleWorld(600, 400, 150_000, 1)), 0.2);
  private static final TimeSplit SMALL =
      TimeSplit.last(clicks(new SampleWorld(80, 50, 8_000, 2)), 0.2);

  @ParameterizedTest
  @EnumSource(MfLoss.class)
  void tastes_of_the_sample_world_are_learned_far_beyond_popularity(MfLoss loss) {
    TimeSplit earlier = TimeSplit.last(CLICKS.earlier(), 0.1);
    MfTraining training =
        MfTrainer.train(
            earlier.earlier(),
            Optional.of(earlier.later()),
            MfSpec.of(loss, 400, 1).withDim(32).withEpochsMax(30),
            TrainingListener.none(),
            () -> false);
    RetrievalEvaluator evaluator = RetrievalEvaluator.of(CLICKS.later(), CLICKS.earlier());
    try (Workers workers = new Workers(1)) {
      MfModel model = training.model();
      double learned =
          evaluator
              .evaluate(model.dim(), model.userVectors(), model.itemVectors(), workers)
              .mean(RetrievalMetric.NDCG_20);
      double popularity =
          evaluator.evaluatePopularity(CLICKS.earlier(), workers).mean(RetrievalMetric.NDCG_20);
      assertThat(learned).isGreaterThan(1.2 * popularity);
    }
  }

  @ParameterizedTest
  @EnumSource(MfLoss.class)
  void the_same_seed_gives_the_same_weights_bit_for_bit_and_another_seed_others(MfLoss loss) {
    MfSpec spec = MfSpec.of(loss, 50, 7).withDim(37).withEpochsMax(8);
    MfModel first = trainSmall(spec).model();
    MfModel again = trainSmall(spec).model();
    assertThat(again.userVectors()).containsExactly(first.userVectors());
    assertThat(again.itemVectors()).containsExactly(first.itemVectors());
    MfModel other = trainSmall(MfSpec.of(loss, 50, 8).withDim(37).withEpochsMax(8)).model();
    assertThat(other.itemVectors()).isNotEqualTo(first.itemVectors());
  }

  @ParameterizedTest
  @EnumSource(
      value = MfLoss.class,
      names = {"SOFTMAX", "ALS"})
  void threads_change_nothing_where_rows_do_not_race(MfLoss loss) {
    MfSpec spec = MfSpec.of(loss, 50, 7).withDim(16).withEpochsMax(3);
    assertThat(trainSmall(spec.withThreads(3)).model().itemVectors())
        .containsExactly(trainSmall(spec).model().itemVectors());
  }

  @Test
  void bpr_learns_with_several_threads_too() {
    MfSpec spec = MfSpec.of(MfLoss.BPR, 50, 7).withDim(16).withEpochsMax(10);
    double alone = trainSmall(spec).outcome().bestValidation();
    double together = trainSmall(spec.withThreads(2)).outcome().bestValidation();
    assertThat(together).isGreaterThan(0.8 * alone);
  }

  @Test
  void a_sampled_softmax_learns_nearly_what_the_full_one_learns() {
    MfSpec spec = MfSpec.of(MfLoss.SOFTMAX, 400, 7).withDim(16).withEpochsMax(20);
    MfSpec sampled = spec.withObjective(new MfObjective.Softmax(0.01, 0.155, 16, 40));
    MfSpec full = spec.withObjective(new MfObjective.Softmax(0.01, 0.155, 16, 0));
    double bySample = train(CLICKS, sampled, () -> false).outcome().bestValidation();
    double byAll = train(CLICKS, full, () -> false).outcome().bestValidation();
    assertThat(bySample).isGreaterThan(0.9 * byAll);
  }

  @Test
  void a_user_vector_of_als_is_what_folding_in_gives() {
    MfSpec spec = MfSpec.of(MfLoss.ALS, 50, 3).withDim(12).withEpochsMax(5);
    MfModel model = trainSmall(spec).model();
    FoldIn foldIn = new FoldIn(12, model.itemVectors(), spec.objective().foldIn());
    ItemSets seen = ItemSets.of(SMALL.earlier());
    for (int user = 0; user < seen.userCount(); user++) {
      float[] folded = new float[12];
      fold(foldIn, model, seen, user, folded, 0);
      for (int d = 0; d < 12; d++) {
        assertThat(folded[d]).isCloseTo(model.userVectors()[user * 12 + d], within(1e-5f));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(MfLoss.class)
  void folded_users_of_every_loss_beat_popularity(MfLoss loss) {
    MfSpec spec = MfSpec.of(loss, 400, 1).withDim(32).withEpochsMax(20);
    MfModel model = train(CLICKS, spec, () -> false).model();
    FoldIn foldIn = new FoldIn(32, model.itemVectors(), spec.objective().foldIn());
    ItemSets seen = ItemSets.of(CLICKS.earlier());
    float[] folded = new float[seen.userCount() * 32];
    for (int user = 0; user < seen.userCount(); user++) {
      fold(foldIn, model, seen, user, folded, user * 32);
    }
    RetrievalEvaluator evaluator = RetrievalEvaluator.of(CLICKS.later(), CLICKS.earlier());
    try (Workers workers = new Workers(1)) {
      RetrievalResult byFolding = evaluator.evaluate(32, folded, model.itemVectors(), workers);
      RetrievalResult byPopularity = evaluator.evaluatePopularity(CLICKS.earlier(), workers);
      assertThat(byFolding.mean(RetrievalMetric.NDCG_20))
          .isGreaterThan(1.1 * byPopularity.mean(RetrievalMetric.NDCG_20));
    }
  }

  @ParameterizedTest
  @EnumSource(MfLoss.class)
  void a_cancelled_training_stops_at_once_with_the_best_so_far(MfLoss loss) {
    MfSpec spec = MfSpec.of(loss, 50, 7).withDim(8).withEpochsMax(50);
    List<TrainingEvent> events = new ArrayList<>();
    BooleanSupplier afterTwo =
        () -> events.stream().filter(TrainingEvent.EpochDone.class::isInstance).count() == 2;
    MfTraining training =
        MfTrainer.train(SMALL.earlier(), Optional.of(SMALL.later()), spec, events::add, afterTwo);
    assertThat(training.outcome().reason()).isEqualTo(TrainingOutcome.Reason.CANCELLED);
    assertThat(training.outcome().epochs()).isEqualTo(3);
    assertThat(training.outcome().bestEpoch()).isBetween(1, 2);
    try (Workers workers = new Workers(1)) {
      MfModel model = training.model();
      double validation =
          RetrievalEvaluator.of(SMALL.later(), SMALL.earlier())
              .evaluate(model.dim(), model.userVectors(), model.itemVectors(), workers)
              .mean(RetrievalMetric.NDCG_20);
      assertThat(validation).isEqualTo(training.outcome().bestValidation());
    }
  }

  @Test
  void a_diverging_training_says_so_and_leaves_finite_weights() {
    MfSpec spec =
        MfSpec.of(MfLoss.BPR, 50, 7).withDim(8).withObjective(new MfObjective.Bpr(1e30, 0.01, 1));
    MfTraining training = trainSmall(spec);
    assertThat(training.outcome().reason()).isEqualTo(TrainingOutcome.Reason.DIVERGED);
    for (float weight : training.model().itemVectors()) {
      assertThat(weight).isFinite();
    }
  }

  @Test
  void without_validation_all_epochs_are_run() {
    MfSpec spec = MfSpec.of(MfLoss.BPR, 50, 7).withDim(8).withEpochsMax(12);
    MfTraining training =
        MfTrainer.train(
            SMALL.earlier(), Optional.empty(), spec, TrainingListener.none(), () -> false);
    assertThat(training.outcome().reason()).isEqualTo(TrainingOutcome.Reason.FINISHED);
    assertThat(training.outcome().bestEpoch()).isEqualTo(12);
    assertThat(training.outcome().bestValidation()).isNaN();
  }

  @ParameterizedTest
  @EnumSource(MfLoss.class)
  void users_and_items_without_interactions_do_no_harm(MfLoss loss) {
    Interactions few =
        Interactions.of(
            4, 5, new int[] {1, 1, 1, 1, 1, 3}, new int[] {0, 1, 2, 3, 4, 0}, null, null);
    MfSpec spec = MfSpec.of(loss, 5, 7).withDim(3).withEpochsMax(3);
    MfModel model =
        MfTrainer.train(few, Optional.empty(), spec, TrainingListener.none(), () -> false).model();
    for (float weight : model.itemVectors()) {
      assertThat(weight).isFinite();
    }
  }

  @Test
  void nothing_to_train_on_and_bad_settings_are_refused() {
    Interactions none = Interactions.of(2, 2, new int[0], new int[0], null, null);
    MfSpec spec = MfSpec.of(MfLoss.ALS, 2, 1);
    assertThatThrownBy(() ->
            MfTrainer.train(none, Optional.empty(), spec, TrainingListener.none(), () -> false))
        .hasMessageContaining("no interactions");
    assertThatThrownBy(() -> spec.withDim(0)).hasMessageContaining("dim=0");
    assertThatThrownBy(() -> new MfObjective.Als(-1, 1, 1))
        .hasMessageContaining("unobservedWeight=-1");
    assertThatThrownBy(() -> new MfObjective.Bpr(Double.NaN, 1, 1))
        .hasMessageContaining("learningRate=NaN");
  }

  private static void fold(
      FoldIn foldIn, MfModel model, ItemSets seen, int user, float[] target, int at) {
    int dim = model.dim();
    float[] vectors = new float[seen.count(user) * dim];
    for (int i = 0; i < seen.count(user); i++) {
      int item = seen.item(seen.begin(user) + i);
      System.arraycopy(model.itemVectors(), item * dim, vectors, i * dim, dim);
    }
    foldIn.fold(vectors, seen.count(user), target, at, new FoldIn.Scratch(dim));
  }

  private static MfTraining trainSmall(MfSpec spec) {
    return train(SMALL, spec, () -> false);
  }

  private static MfTraining train(TimeSplit data, MfSpec spec, BooleanSupplier cancelled) {
    return MfTrainer.train(
        data.earlier(), Optional.of(data.later()), spec, TrainingListener.none(), cancelled);
  }

  private static Interactions clicks(SampleWorld world) {
    var clicks = new Interactions.Builder(false, true);
    world
        .events()
        .forEachRemaining((WorldEvent event) -> {
          if (event.click()) {
            clicks.add(event.user(), event.item(), 1, event.timeMs());
          }
        });
    return clicks.build(world.userCount(), world.itemCount());
  }
}
