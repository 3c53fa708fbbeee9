package org.espalier.search.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.espalier.learning.train.TrainingListener;
import org.espalier.learning.train.TrainingOutcome;
import org.espalier.search.data.CtrData;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class CtrTrainerTest {

  private static final int DIM = 8;

  private final CtrData data = ClickWorld.generate(60, 40, 8_000, 1);

  @ParameterizedTest(name = "{0}, seed 1")
  @EnumSource(Architecture.Kind.class)
  void every_kind_learns_what_was_planted(Architecture.Kind kind) {
    CtrModel model = model(kind, Projecting.NESTED, 0);
    double before = model.judge(data.test()).auc();
    train(model, 12, 1, 1);

    double after = model.judge(data.test()).auc();

    assertThat(before).isLessThan(0.6);
    assertThat(after).isGreaterThan(0.75);
  }

  @Test
  void the_same_seed_and_threads_give_the_same_model_bit_for_bit() {
    for (int threads = 1; threads <= 3; threads++) {
      CtrModel one = model(Architecture.Kind.DEEPFM, Projecting.NESTED, 0.3);
      CtrModel two = model(Architecture.Kind.DEEPFM, Projecting.NESTED, 0.3);
      train(one, 2, threads, 9);
      train(two, 2, threads, 9);
      assertThat(one.tableValues()).isEqualTo(two.tableValues());
      assertThat(one.dense()).isEqualTo(two.dense());
    }
  }

  @Test
  void several_threads_learn_as_well_as_one() {
    CtrModel model = model(Architecture.Kind.DEEPFM, Projecting.NESTED, 0);
    TrainingResult result = train(model, 12, 3, 1);

    assertThat(result.valid().auc()).isGreaterThan(0.75);
  }

  @Test
  void rows_as_wide_as_the_model_train_alike_nested_and_projected() {
    CtrModel nested = model(Architecture.Kind.DEEPFM, Projecting.NESTED, 0);
    CtrModel projected = model(Architecture.Kind.DEEPFM, Projecting.PROJECTED, 0);
    train(nested, 2, 1, 4);
    train(projected, 2, 1, 4);

    assertThat(projected.layout().storedNumbers()).isEqualTo(nested.layout().storedNumbers());
    assertThat(projected.tableValues()).isEqualTo(nested.tableValues());
  }

  @Test
  void training_stops_when_patience_ends_and_keeps_the_best_epoch() {
    CtrModel model = model(Architecture.Kind.DEEPFM, Projecting.NESTED, 0);
    TrainingSpec spec = new TrainingSpec(200, 3, 64, 0.02, false, 0, 1, 1);
    TrainingResult result =
        CtrTrainer.train(
            model,
            SampleSource.of(data.train()),
            data.valid(),
            spec,
            TrainingListener.none(),
            () -> false);

    assertThat(result.outcome().epochs())
        .isLessThan(200)
        .isEqualTo(result.outcome().bestEpoch() + 3);
    assertThat(model.judge(data.valid())).isEqualTo(result.valid());
  }

  @Test
  void a_cancelled_training_ends_before_the_next_batch() {
    CtrModel model = model(Architecture.Kind.FM, Projecting.NESTED, 0);
    AtomicInteger asked = new AtomicInteger();
    TrainingSpec spec = new TrainingSpec(50, 50, 256, 0.01, false, 0, 1, 1);
    TrainingResult result =
        CtrTrainer.train(
            model,
            SampleSource.of(data.train()),
            data.valid(),
            spec,
            TrainingListener.none(),
            () -> asked.incrementAndGet() > 40); // an epoch has 32 batches

    assertThat(asked).hasValue(41);
    assertThat(result.outcome().reason()).isEqualTo(TrainingOutcome.Reason.CANCELLED);
    assertThat(result.outcome().bestEpoch()).isEqualTo(1);
  }

  @Test
  void an_untouched_row_keeps_its_numbers() {
    CtrModel model = model(Architecture.Kind.DEEPFM, Projecting.NESTED, 0);
    TableLayout layout = model.layout();
    int user1 = layout.rowAt(1);
    float[] before = model.tableValues().clone();
    int[] others = new int[data.train().count()];
    int count = 0;
    for (int i = 0; i < others.length; i++) {
      if (data.train().cells()[3 * i] != 1) {
        others[count++] = i;
      }
    }
    CtrPass pass = new CtrPass(model);
    pass.gradient(data.train(), others, 0, count);
    new LazyAdam(model).step(pass.gradients(), 0.1, 0.1);

    assertThat(model.tableValues()[user1]).isEqualTo(before[user1]);
    assertThat(model.tableValues()[layout.rowAt(2)]).isNotEqualTo(before[layout.rowAt(2)]);
  }

  private CtrModel model(Architecture.Kind kind, Projecting projecting, double dropout) {
    TableLayout layout =
        TableLayout.of(
            data.fields(), DIM, projecting, 2, TableLayout.uniformSizes(data.fields(), DIM));
    Architecture architecture = new Architecture(kind, List.of(16, 8), dropout, 2, 8, 0.1f);
    return CtrModel.create(data.fields(), architecture, layout, 3);
  }

  private TrainingResult train(CtrModel model, int epochs, int threads, long seed) {
    TrainingSpec spec = new TrainingSpec(epochs, epochs, 256, 0.01, true, 1e-6, seed, threads);
    return CtrTrainer.train(
        model,
        SampleSource.of(data.train()),
        data.valid(),
        spec,
        TrainingListener.none(),
        () -> false);
  }
}
