package org.espalier.kgat.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.espalier.kgat.graph.Ckg;
import org.espalier.kgat.graph.CkgBuilder;
import org.espalier.kgat.history.ClosedFormSpec.Rule;
import org.espalier.kgat.model.RankingVectors;
import org.espalier.learning.data.Interactions;
import org.espalier.learning.data.ItemSets;
import org.espalier.learning.kernel.Workers;
import org.espalier.learning.train.TrainingListener;
import org.espalier.learning.train.TrainingLoop;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class HistoryTest {

  private static final ClosedFormSpec PLAIN = new ClosedFormSpec(3, 1, 0, 1, 0);

  /** One user per array, in the order of their items. */
  private static Interactions histories(int itemCount, int[]... users) {
    Interactions.Builder builder = new Interactions.Builder(false, true);
    for (int user = 0; user < users.length; user++) {
      for (int i = 0; i < users[user].length; i++) {
        builder.add(user, users[user][i], 1, i);
      }
    }
    return builder.build(users.length, itemCount);
  }

  private static final Ckg NO_TRIPLES = new CkgBuilder(2, 3).build();

  @Test
  void affinities_count_common_users_and_how_near_the_two_were() {
    Interactions train = histories(3, new int[] {0, 1, 2}, new int[] {2, 0});

    assertThat(new ItemAffinity(train, NO_TRIPLES, PLAIN).dense())
        .containsExactly(2, 1, 2, 1, 1, 1, 2, 1, 2);
    float near = (float) Math.exp(-1);
    float far = (float) Math.exp(-2);
    float[] half =
        new ItemAffinity(train, NO_TRIPLES, new ClosedFormSpec(3, 1, 0.5f, 1, 0)).dense();
    assertThat(half[1]).isCloseTo(0.5f + 0.5f * near, within(1e-6f));
    assertThat(half[2]).isCloseTo(1 + 0.5f * far + 0.5f * near, within(1e-6f));
    assertThat(half[0]).isEqualTo(2);
  }

  @Test
  void shared_attributes_weigh_by_how_rare_they_are() {
    // Items 0 to 3; a director (entity 4) of 0 and 1, a genre (5) of 0, 1 and 2, a studio (6) of 3.
    Ckg graph =
        new CkgBuilder(0, 7)
            .triple(0, 1, 4)
            .triple(1, 1, 4)
            .triple(5, 2, 0)
            .triple(5, 2, 1)
            .triple(5, 2, 2)
            .triple(3, 3, 6)
            .build();
    float[] gram =
        new ItemAffinity(histories(4, new int[] {3}), graph, new ClosedFormSpec(4, 1, 0, 1, 10))
            .dense();

    double director = Math.pow(Math.log(4.0 / 2), 2);
    double genre = Math.pow(Math.log(4.0 / 3), 2);
    assertThat((double) gram[1]).isCloseTo(10, within(1e-5)); // 0 and 1 share all they have
    assertThat((double) gram[2])
        .isCloseTo(10 * genre / Math.sqrt((director + genre) * genre), within(1e-5));
    assertThat(gram[0]).isCloseTo(10, within(1e-5f));
    assertThat(gram[3]).isZero();
    assertThat(gram[15]).isEqualTo(1); // its interaction; nobody shares its studio
  }

  private static Interactions randomHistories(int items, SplittableRandom random) {
    int[][] users = new int[25][];
    for (int u = 0; u < users.length; u++) {
      users[u] = random.ints(random.nextInt(12), 0, items).toArray(); // some items twice
    }
    return histories(items, users);
  }

  private static Ckg randomTriples(int items, SplittableRandom random) {
    CkgBuilder builder = new CkgBuilder(25, items + 10);
    for (int i = 0; i < 4 * items; i++) {
      int relation = 1 + random.nextInt(3);
      builder.triple(random.nextInt(items), relation, items + random.nextInt(10));
    }
    return builder.build();
  }

  @ParameterizedTest(name = "seed={0}")
  @ValueSource(longs = {1, 2, 3})
  void a_product_with_the_affinities_needs_no_matrix(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int items = 20;
    ItemAffinity affinity =
        new ItemAffinity(
            randomHistories(items, random),
            randomTriples(items, random),
            new ClosedFormSpec(3, 1, 0.6f, 2, 7));
    float[] x = new float[3 * items];
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) random.nextGaussian();
    }
    try (Workers workers = new Workers(2)) {
      float[] expected = SquareMatrix.product(x, 3, items, affinity.dense(), items, workers);
      assertThat(affinity.multiply(x, 3, workers)).containsExactly(expected, within(1e-3f));
    }
  }

  @ParameterizedTest(name = "seed={0}")
  @ValueSource(longs = {1, 2, 3})
  void the_leading_directions_give_the_dense_scores_when_they_are_all(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int items = 12;
    Interactions train = randomHistories(items, random);
    ItemSets sets = ItemSets.of(train);
    ClosedFormSpec spec = new ClosedFormSpec(items, 3, 0.5f, 2, 4);
    ItemAffinity affinity = new ItemAffinity(train, randomTriples(items, random), spec);
    try (Workers workers = new Workers(2)) {
      RankingVectors dense = DenseForm.fit(affinity, sets, spec, 1, workers).vectors(sets);
      RankingVectors leading = LeadingForm.fit(affinity, items, spec, 1, workers).vectors(sets);
      for (int user = 0; user < train.userCount(); user++) {
        for (int item = 0; item < items; item++) {
          if (!sets.contains(user, item)) { // where the two differ by the diagonal
            assertThat(score(leading, user, item))
                .as("user %d, item %d", user, item)
                .isCloseTo(score(dense, user, item), within(1e-3));
          }
        }
      }
    }
  }

  @ParameterizedTest(name = "seed={0}")
  @ValueSource(longs = {1, 2, 3})
  void short_histories_add_up_what_items_have_in_common_when_all_directions_are_kept(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int items = 12;
    Interactions train = randomHistories(items, random);
    ItemSets sets = ItemSets.of(train);
    ClosedFormSpec spec = new ClosedFormSpec(Rule.COMMON, items, 3, 0.5f, 2, 4);
    Ckg graph = randomTriples(items, random);
    ItemAffinity affinity = new ItemAffinity(train, graph, spec);
    try (Workers workers = new Workers(2)) {
      float[] gram = affinity.dense();
      RankingVectors common = ClosedForm.fit(train, graph, spec, 1, workers).vectors(sets);
      for (int user = 0; user < train.userCount(); user++) {
        for (int item = 0; item < items; item++) {
          double expected = 0;
          for (int at = sets.begin(user); at < sets.end(user); at++) {
            int had = sets.item(at);
            expected += had == item ? 0 : Math.log(4 / 3.0) * gram[had * items + item];
          }
          assertThat(score(common, user, item))
              .as("user %d, item %d", user, item)
              .isCloseTo(expected, within(1e-3));
        }
      }
    }
  }

  @Test
  void candidates_of_a_step_are_its_targets_and_a_sample_that_stands_for_all_others() {
    ItemSets sets = ItemSets.of(histories(50, new int[] {3, 7}, new int[] {7, 9}));
    float[] weights = new float[50];
    EncoderBatch batch = new EncoderBatch(sets, weights, true);
    SplittableRandom random = new SplittableRandom(4);
    EncoderCandidates candidates = new EncoderCandidates(50, 6);
    for (int round = 0; round < 20; round++) {
      batch.clear();
      batch.add(0, 0.5f, random);
      batch.add(1, 0.5f, random);
      assertThat(batch.targetCount() + batch.offset(2)).isEqualTo(4); // hidden or shown
      candidates.draw(batch, random);
      double standsFor = 0;
      for (int c = 0; c < candidates.count(); c++) {
        assertThat(candidates.place(candidates.item(c))).isEqualTo(c);
        standsFor += Math.exp(candidates.logWeight(c));
      }
      assertThat(standsFor).isCloseTo(50, within(1e-4));
      for (int t = 0; t < batch.targetCount(); t++) {
        assertThat(candidates.logWeight(candidates.place(batch.target(t)))).isZero();
      }
    }
  }

  @ParameterizedTest(name = "n={0}")
  @ValueSource(ints = {1, 5, 64, 65, 150})
  void a_matrix_times_its_inverse_is_the_identity(int n) {
    SplittableRandom random = new SplittableRandom(n);
    float[] x = new float[n * n];
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) random.nextGaussian();
    }
    float[] a = new float[n * n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        for (int k = 0; k < n; k++) {
          a[i * n + j] += x[i * n + k] * x[j * n + k] / n;
        }
      }
      a[i * n + i] += 1;
    }
    float[] inverse = a.clone();
    try (Workers workers = new Workers(2)) {
      SquareMatrix.invert(inverse, n, workers);
    }
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        double sum = 0;
        for (int k = 0; k < n; k++) {
          sum += (double) a[i * n + k] * inverse[k * n + j];
        }
        assertThat(sum).isCloseTo(i == j ? 1 : 0, within(1e-4));
      }
    }
  }

  @Test
  void a_matrix_that_is_not_positive_definite_is_refused() {
    try (Workers workers = new Workers(1)) {
      assertThatThrownBy(() -> SquareMatrix.invert(new float[] {1, 2, 2, 1}, 2, workers))
          .isInstanceOf(ArithmeticException.class)
          .hasMessageContaining("pivot 1");
    }
  }

  @Test
  void two_items_are_predicted_from_each_other_as_worked_out_by_hand() {
    // Three users have both items, one has the first: G = [[4, 3], [3, 3]], λ = 1, and
    // P = [[5, 3], [3, 4]]⁻¹ = [[4, −3], [−3, 5]]/11, so B = [[0, 3/5], [3/4, 0]].
    Interactions train =
        histories(2, new int[] {0, 1}, new int[] {0, 1}, new int[] {0, 1}, new int[] {0});
    ItemSets sets = ItemSets.of(train);
    try (Workers workers = new Workers(2)) {
      ClosedForm model =
          ClosedForm.fit(
              train, new CkgBuilder(4, 2).build(), new ClosedFormSpec(2, 1, 0, 1, 0), 1, workers);
      RankingVectors vectors = model.vectors(sets);

      assertThat(score(vectors, 0, 0)).isCloseTo(0.75, within(1e-5));
      assertThat(score(vectors, 0, 1)).isCloseTo(0.6, within(1e-5));
      assertThat(score(vectors, 3, 0)).isCloseTo(0, within(1e-5));
      assertThat(score(vectors, 3, 1)).isCloseTo(0.6, within(1e-5));
    }
  }

  private static double score(RankingVectors vectors, int user, int item) {
    double sum = 0;
    for (int d = 0; d < vectors.dim(); d++) {
      sum +=
          (double) vectors.users()[user * vectors.dim() + d]
              * vectors.items()[item * vectors.dim() + d];
    }
    return sum;
  }

  private static HistoryEncoder encoder(ItemSets sets, EncoderSpec spec, Workers workers) {
    return new HistoryEncoder(sets, spec, _ -> Double.NaN, 3, workers);
  }

  @ParameterizedTest(name = "onlyHidden={0}")
  @ValueSource(booleans = {false, true})
  void the_encoders_gradient_is_that_of_finite_differences(boolean onlyHidden) {
    Interactions train =
        histories(6, new int[] {0, 1, 4}, new int[] {2, 3}, new int[] {}, new int[] {1, 2, 4, 5});
    ItemSets sets = ItemSets.of(train);
    EncoderSpec spec = new EncoderSpec(5, 0, 0, -0.25f, 1e-2, 0, 4, 1, 0, false, 0);
    try (Workers workers = new Workers(2)) {
      HistoryEncoder encoder = encoder(sets, spec, workers);
      EncoderBatch batch = new EncoderBatch(sets, new float[] {1, 0.5f, 2, 1, 1, 0.7f}, onlyHidden);
      batch.clear();
      SplittableRandom random = new SplittableRandom(1);
      batch.add(0, 0.4f, random);
      batch.add(1, 0, random);
      batch.add(3, 0.4f, random);

      encoder.lossAndGradient(batch, false);
      float[][] parameters = encoder.parametersAndGradients()[0];
      float[][] gradients = new float[4][];
      for (int p = 0; p < 4; p++) {
        gradients[p] = encoder.parametersAndGradients()[1][p].clone();
      }
      for (int p = 0; p < 4; p++) {
        for (int i = 0; i < parameters[p].length; i++) {
          float before = parameters[p][i];
          parameters[p][i] = before + 1e-2f;
          double above = encoder.lossAndGradient(batch, false);
          parameters[p][i] = before - 1e-2f;
          double below = encoder.lossAndGradient(batch, false);
          parameters[p][i] = before;
          assertThat((double) gradients[p][i])
              .as("parameter %d of table %d", i, p)
              .isCloseTo((above - below) / 2e-2, within(5e-4));
        }
      }
    }
  }

  @Test
  void the_number_of_threads_does_not_change_what_is_learned() {
    assertThat(trained(1).users()).containsExactly(trained(3).users(), within(1e-3f));
  }

  private static RankingVectors trained(int threads) {
    SplittableRandom random = new SplittableRandom(5);
    int[][] users = new int[30][];
    for (int u = 0; u < users.length; u++) {
      users[u] = random.ints(6, 0, 70).toArray();
    }
    Interactions train = histories(70, users);
    EncoderSpec spec = new EncoderSpec(20, 0.5f, 0.2f, -0.25f, 1e-2, 1e-5f, 16, 3, 0, false, 0);
    try (Workers workers = new Workers(threads)) {
      HistoryEncoder encoder = encoder(ItemSets.of(train), spec, workers);
      new TrainingLoop(3, 3).run(encoder, TrainingListener.none(), () -> false);
      RankingVectors first =
          ClosedForm.fit(train, new CkgBuilder(30, 70).build(), PLAIN, 1, workers)
              .vectors(ItemSets.of(train));
      return Blend.of(first, encoder.vectors(), 2);
    }
  }

  @Test
  void a_blend_adds_scores_as_they_are_when_told_to() {
    RankingVectors first = new RankingVectors(1, new float[] {1, 3}, new float[] {2, 4});
    RankingVectors second = new RankingVectors(1, new float[] {5, 7}, new float[] {1, 2});
    RankingVectors blend = Blend.of(first, second, Blend.AS_THEY_ARE);

    assertThat(score(blend, 0, 1)).isCloseTo(1 * 4 + 5 * 2, within(1e-6));
    assertThat(score(blend, 1, 0)).isCloseTo(3 * 2 + 7 * 1, within(1e-6));
  }

  @Test
  void a_blend_adds_scores_of_the_wanted_deviations() {
    RankingVectors first =
        new RankingVectors(1, new float[] {1, 3}, new float[] {2, 4, -6}); // any two models
    RankingVectors second =
        new RankingVectors(2, new float[] {1, 0, 0, 5}, new float[] {1, 1, 2, 0, 0, 3});
    RankingVectors blend = Blend.of(first, second, 3);

    double a = Blend.deviation(first);
    double b = Blend.deviation(second);
    double[] all = {2, 4, -6, 6, 12, -18};
    double mean = 0;
    double squares = 0;
    for (double x : all) {
      mean += x / 6;
      squares += x * x / 6;
    }
    assertThat(a).isCloseTo(Math.sqrt(squares - mean * mean), within(1e-9));
    for (int user = 0; user < 2; user++) {
      for (int item = 0; item < 3; item++) {
        double expected = score(first, user, item) / a + 3 * score(second, user, item) / b;
        assertThat(score(blend, user, item)).isCloseTo(expected, within(1e-5));
      }
    }
  }
}
