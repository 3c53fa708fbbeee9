package org.espalier.search.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import org.espalier.embeddings.table.MultiSizeTable;
import org.espalier.learning.data.ItemSets;
import org.espalier.learning.kernel.Workers;
import org.espalier.learning.metric.RetrievalEvaluator;
import org.espalier.learning.mf.MfLoss;
import org.espalier.learning.mf.MfModel;
import org.espalier.learning.mf.MfSpec;
import org.espalier.learning.mf.MfTrainer;
import org.espalier.learning.train.TrainingListener;
import org.espalier.search.size.Method;
import org.espalier.search.size.NoRoomException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class RetrievalPrunerTest {

  private static final int DIM = 16;
  private static final TasteWorld WORLD = new TasteWorld(300, 150, 12, 1);

  private static MfModel teacher = new MfModel(1, new float[1], new float[1]);

  @BeforeAll
  static void train() {
    MfSpec spec = MfSpec.of(MfLoss.ALS, WORLD.train().itemCount(), 1).withDim(DIM);
    teacher =
        MfTrainer.train(
                WORLD.train(),
                Optional.of(WORLD.valid()),
                spec,
                TrainingListener.none(),
                () -> false)
            .model();
  }

  @Test
  void balanced_axes_keep_the_scores_and_order_the_coordinates() {
    MfModel balanced = BalancedAxes.of(teacher);
    for (int user = 0; user < 20; user++) {
      for (int item = 0; item < 20; item++) {
        assertThat(score(balanced, user, item)).isCloseTo(score(teacher, user, item), within(1e-4));
      }
    }
    double[] users = gram(balanced.userVectors());
    double[] items = gram(balanced.itemVectors());
    double ratio = users[0] / items[0];
    for (int i = 0; i < DIM; i++) {
      for (int j = 0; j < DIM; j++) {
        if (i == j) {
          assertThat(users[i * DIM + i] / items[i * DIM + i])
              .isCloseTo(ratio, within(1e-2 * ratio));
          assertThat(i == 0 || users[i * DIM + i] <= users[(i - 1) * DIM + i - 1] * 1.0001)
              .isTrue();
        } else {
          assertThat(users[i * DIM + j]).isCloseTo(0, within(1e-4 * users[0]));
          assertThat(items[i * DIM + j]).isCloseTo(0, within(1e-4 * items[0]));
        }
      }
    }
    assertThat(ratio)
        .isCloseTo(
            trace(gram(teacher.userVectors())) / trace(gram(teacher.itemVectors())), within(0.01));
  }

  @Test
  void axes_of_less_than_full_rank_are_finite_and_keep_the_scores() {
    float[] users = {1, 2, 2, 4, 3, 6};
    float[] items = {1, 1, 0, 1};
    MfModel flat = new MfModel(2, users, items);
    MfModel balanced = BalancedAxes.of(flat);
    for (int user = 0; user < 3; user++) {
      for (int item = 0; item < 2; item++) {
        double expected =
            users[user * 2] * items[item * 2] + users[user * 2 + 1] * items[item * 2 + 1];
        float actual =
            balanced.userVectors()[user * 2] * balanced.itemVectors()[item * 2]
                + balanced.userVectors()[user * 2 + 1] * balanced.itemVectors()[item * 2 + 1];
        assertThat(actual).isCloseTo((float) expected, within(1e-4f));
      }
    }
  }

  @Test
  void the_saliency_is_the_variance_that_a_coordinate_has_in_the_head() {
    MfModel model = BalancedAxes.of(teacher);
    ItemSets seen = ItemSets.of(WORLD.train());
    float[] weights = new float[WORLD.users()];
    for (int user = 0; user < weights.length; user++) {
      weights[user] = user % 3; // some count for nothing
    }
    double[] found;
    try (Workers workers = new Workers(2)) {
      found =
          new HeadSaliency(model, seen, weights)
              .compute(new SplittableRandom(1), workers, () -> false);
    }
    double[] expected = HeadSaliencyTwin.of(model, seen, weights);
    for (int i = 0; i < found.length; i++) {
      assertThat(found[i])
          .as("number %d", i)
          .isCloseTo(expected[i], within(1e-9 + 2e-3 * expected[i]));
    }
  }

  @Test
  void a_student_with_all_coordinates_has_the_teachers_scores() {
    MfModel model = BalancedAxes.of(teacher);
    int[] sizes = new int[WORLD.users() + WORLD.items()];
    Arrays.fill(sizes, DIM);
    try (Workers workers = new Workers(1)) {
      MfModel student =
          new ScoreDistiller(model, ItemSets.of(WORLD.train()))
              .distil(Support.ofSizes(WORLD.users(), DIM, sizes), workers, () -> false);
      double error = 0;
      double energy = 0;
      for (int user = 0; user < WORLD.users(); user++) {
        for (int item = 0; item < WORLD.items(); item++) {
          error += Math.pow(score(student, user, item) - score(model, user, item), 2);
          energy += Math.pow(score(model, user, item), 2);
        }
      }
      assertThat(error).isLessThan(1e-4 * energy);
    }
  }

  @ParameterizedTest
  @EnumSource
  void every_method_keeps_to_its_budget_and_owns_what_it_stores(Method method) {
    PruneSpec spec = PruneSpec.of(method, 0.3, 1);
    Pruned pruned = prune(spec, 1);
    assertThat(pruned.support().numbers())
        .isPositive()
        .isLessThanOrEqualTo(spec.budget(WORLD.users() + WORLD.items(), DIM));
    int itemsAt = WORLD.users();
    for (int item = 0; item < WORLD.items(); item++) {
      long values = 0;
      for (int d = 0; d < DIM; d++) {
        values += pruned.model().itemVectors()[item * DIM + d] != 0 ? 1 : 0;
      }
      assertThat(values).isLessThanOrEqualTo(pruned.support().size(itemsAt + item));
    }
    assertThat(pruned.support().nested())
        .isEqualTo(method != Method.MAGNITUDE && method != Method.MASK);
  }

  @Test
  void under_a_tight_budget_searched_sizes_beat_one_size_for_all() {
    double uniform = prune(PruneSpec.of(Method.UNIFORM, 0.13, 1), 1).validation();
    double searched = prune(PruneSpec.of(Method.PME, 0.13, 1), 1).validation();
    assertThat(searched).isGreaterThan(uniform + 0.01);
  }

  @ParameterizedTest(name = "threads={0}")
  @ValueSource(ints = {2, 3})
  void any_number_of_threads_gives_the_same_tables(int threads) {
    PruneSpec spec = PruneSpec.of(Method.PME, 0.2, 7);
    Pruned alone = prune(spec, 1);
    Pruned together = prune(spec, threads);
    assertThat(together.support().sizes()).isEqualTo(alone.support().sizes());
    assertThat(together.model().itemVectors()).isEqualTo(alone.model().itemVectors());
    assertThat(together.model().userVectors()).isEqualTo(alone.model().userVectors());
  }

  @Test
  void the_tables_hold_the_rows_at_their_sizes() {
    Pruned pruned = prune(PruneSpec.of(Method.PME, 0.2, 1), 1);
    int[] ids = new int[WORLD.items()];
    Arrays.setAll(ids, item -> 1000 - item);
    MultiSizeTable table = pruned.itemTable("item", "entity", ids);
    float[] vector = new float[pruned.space()];
    assertThat(table.rowCount()).isEqualTo(WORLD.items());
    for (int item = 0; item < WORLD.items(); item++) {
      assertThat(table.sizeOf(1000 - item)).isEqualTo(pruned.support().size(WORLD.users() + item));
      table.copyVector(1000 - item, vector, 0);
      assertThat(vector)
          .isEqualTo(
              Arrays.copyOfRange(
                  pruned.model().itemVectors(), item * DIM, item * DIM + pruned.space()));
    }
  }

  @Test
  void bounds_of_a_field_hold() {
    PruneSpec spec =
        new PruneSpec(
            Method.PME,
            0.3,
            new PruneSpec.Bounds(0, 0.1),
            new PruneSpec.Bounds(2, 1),
            OptionalInt.empty(),
            1);
    int[] sizes = prune(spec, 1).support().sizes();
    assertThat(Arrays.stream(sizes, 0, WORLD.users()).sum())
        .isLessThanOrEqualTo((int) (0.1 * WORLD.users() * DIM));
    assertThat(Arrays.stream(sizes, WORLD.users(), sizes.length).min()).hasValue(2);
  }

  @Test
  void a_budget_without_room_is_refused_before_any_work() {
    assertThatThrownBy(
            () -> RetrievalPruner.requireRoom(PruneSpec.of(Method.UNIFORM, 0.05, 1), 300, 150, DIM))
        .isInstanceOf(NoRoomException.class)
        .hasMessage(
            "keep=0.05 of 450 tokens at size 16 leaves 360 numbers; at least 450 are needed");
    assertThatThrownBy(() -> PruneSpec.of(Method.PME, 0, 1))
        .hasMessage("keep=0.0 is not in (0, 1]");
    assertThatThrownBy(() -> PruneSpec.of(Method.PME, 1.01, 1)).hasMessageContaining("(0, 1]");
    assertThatThrownBy(() -> PruneSpec.of(Method.PME, Double.NaN, 1))
        .hasMessageContaining("(0, 1]");
  }

  @Test
  void a_cancelled_search_throws() {
    try (Workers workers = new Workers(1)) {
      assertThatThrownBy(
              () -> Prepared.of(teacher, ItemSets.of(WORLD.train()), 1, workers, () -> true))
          .isInstanceOf(CancellationException.class);
    }
  }

  private static Pruned prune(PruneSpec spec, int threads) {
    try (Workers workers = new Workers(threads)) {
      ItemSets seen = ItemSets.of(WORLD.train());
      return new RetrievalPruner(
              Prepared.of(teacher, seen, spec.seed(), workers, () -> false),
              seen,
              Optional.of(RetrievalEvaluator.of(WORLD.valid(), WORLD.train())),
              workers,
              () -> false)
          .prune(spec);
    }
  }

  private static double score(MfModel model, int user, int item) {
    double sum = 0;
    for (int d = 0; d < DIM; d++) {
      sum += (double) model.userVectors()[user * DIM + d] * model.itemVectors()[item * DIM + d];
    }
    return sum;
  }

  private static double[] gram(float[] rows) {
    double[] gram = new double[DIM * DIM];
    for (int at = 0; at < rows.length; at += DIM) {
      for (int i = 0; i < DIM; i++) {
        for (int j = 0; j < DIM; j++) {
          gram[i * DIM + j] += (double) rows[at + i] * rows[at + j];
        }
      }
    }
    return gram;
  }

  private static double trace(double[] matrix) {
    double sum = 0;
    for (int d = 0; d < DIM; d++) {
      sum += matrix[d * DIM + d];
    }
    return sum;
  }
}
