package org.espalier.learning.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.espalier.learning.data.Interactions;
import org.espalier.learning.data.ItemSets;
import org.espalier.learning.kernel.Workers;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class RetrievalEvaluatorTest {

  private static final Workers ONE = new Workers(1);

  @AfterAll
  static void close() {
    ONE.close();
  }

  /** 30 items whose scores fall with their number; user 0 knows items 0 and 2. */
  @Test
  void metrics_are_those_worked_out_by_hand() {
    Interactions known = pairs(2, 30, 0, 0, 0, 2);
    // User 0 ranks 1 3 4 5 …: item 3 stands second, item 14 thirteenth, item 29 twenty-eighth.
    Interactions target = pairs(2, 30, 0, 3, 0, 14, 0, 29);
    RetrievalResult result = evaluateFalling(target, known);

    double second = 1 / log2(3);
    double thirteenth = 1 / log2(14);
    double ideal = 1 + 1 / log2(3) + 1 / log2(4);
    assertThat(result.users()).containsExactly(0);
    assertThat(result.mean(RetrievalMetric.RECALL_10)).isCloseTo(1 / 3.0, within(1e-12));
    assertThat(result.mean(RetrievalMetric.RECALL_20)).isCloseTo(2 / 3.0, within(1e-12));
    assertThat(result.mean(RetrievalMetric.NDCG_10)).isCloseTo(second / ideal, within(1e-12));
    assertThat(result.mean(RetrievalMetric.NDCG_20))
        .isCloseTo((second + thirteenth) / ideal, within(1e-12));
    assertThat(result.mean(RetrievalMetric.HIT_20)).isEqualTo(1);
  }

  @Test
  void the_ideal_ranking_has_no_more_hits_than_places() {
    int[] targets = new int[50];
    for (int i = 0; i < 25; i++) {
      targets[2 * i + 1] = i; // user 0 wants items 0..24, which are ranked first
    }
    RetrievalResult result = evaluateFalling(pairs(1, 30, targets), pairs(1, 30));
    assertThat(result.mean(RetrievalMetric.NDCG_10)).isCloseTo(1, within(1e-12));
    assertThat(result.mean(RetrievalMetric.NDCG_20)).isCloseTo(1, within(1e-12));
    assertThat(result.mean(RetrievalMetric.RECALL_20)).isCloseTo(20 / 25.0, within(1e-12));
  }

  @Test
  void the_mean_is_over_users_with_a_target_and_their_values_can_be_compared_in_pairs() {
    Interactions target = pairs(4, 30, 1, 0, 3, 29);
    RetrievalResult result = evaluateFalling(target, pairs(4, 30));
    assertThat(result.users()).containsExactly(1, 3);
    assertThat(result.perUser(RetrievalMetric.NDCG_20)).containsExactly(1, 0);
    assertThat(result.mean(RetrievalMetric.NDCG_20)).isEqualTo(0.5);
    assertThat(result.mean(RetrievalMetric.HIT_20)).isEqualTo(0.5);
  }

  @Test
  void training_and_validation_items_are_no_candidates_and_a_known_target_does_not_count() {
    RetrievalEvaluator evaluator =
        RetrievalEvaluator.of(
            pairs(2, 30, 0, 2, 0, 1, 1, 5), pairs(2, 30, 0, 0, 1, 5), pairs(2, 30, 0, 1));
    RetrievalResult result = evaluator.evaluate(1, ones(2), falling(30), ONE);
    assertThat(evaluator.userCount()).isEqualTo(1);
    assertThat(result.perUser(RetrievalMetric.NDCG_10)).containsExactly(1);
    assertThat(result.perUser(RetrievalMetric.RECALL_10)).containsExactly(1);
  }

  @Test
  void of_equal_scores_the_smaller_id_ranks_first_and_nan_ranks_nowhere() {
    float[] scores = new float[30];
    scores[0] = Float.NaN;
    RetrievalResult result =
        RetrievalEvaluator.of(pairs(2, 30, 0, 1, 1, 0), pairs(2, 30))
            .evaluate(1, ones(2), scores, ONE);
    assertThat(result.perUser(RetrievalMetric.NDCG_10)).containsExactly(1, 0);
    assertThat(result.perUser(RetrievalMetric.HIT_20)).containsExactly(1, 0);
  }

  @ParameterizedTest(name = "seed={0}")
  @ValueSource(longs = {1, 2, 3})
  void blocks_and_threads_change_nothing_against_a_plain_sort(long seed) {
    int users = 300;
    int items = 1_300;
    int dim = 7;
    Random random = new Random(seed);
    float[] userVectors = gaussians(random, users * dim);
    float[] itemVectors = gaussians(random, items * dim);
    Interactions known = randomPairs(random, users, items, 6_000);
    Interactions target = randomPairs(random, users, items, 900);
    RetrievalEvaluator evaluator = RetrievalEvaluator.of(target, known);
    RetrievalResult one = evaluator.evaluate(dim, userVectors, itemVectors, ONE);
    try (Workers three = new Workers(3)) {
      RetrievalResult other = evaluator.evaluate(dim, userVectors, itemVectors, three);
      for (RetrievalMetric metric : RetrievalMetric.values()) {
        assertThat(other.perUser(metric)).isEqualTo(one.perUser(metric));
      }
    }
    ItemSets knownSets = ItemSets.of(known);
    ItemSets targetSets = ItemSets.of(target).minus(knownSets);
    double[] recall = one.perUser(RetrievalMetric.RECALL_20);
    int[] evaluated = one.users();
    for (int i = 0; i < evaluated.length; i++) {
      int user = evaluated[i];
      long hits =
          IntStream.range(0, items)
              .filter(item -> !knownSets.contains(user, item))
              .boxed()
              .sorted(
                  Comparator.comparingDouble(
                      item -> -dot(userVectors, user, itemVectors, item, dim)))
              .limit(20)
              .filter(item -> targetSets.contains(user, item))
              .count();
      assertThat(recall[i]).isEqualTo((double) hits / targetSets.count(user));
    }
  }

  @Test
  void a_sample_has_some_of_the_users_with_the_values_that_they_have_among_all() {
    Random random = new Random(1);
    float[] userVectors = gaussians(random, 200 * 3);
    float[] itemVectors = gaussians(random, 60 * 3);
    RetrievalEvaluator all =
        RetrievalEvaluator.of(randomPairs(random, 200, 60, 500), pairs(200, 60));
    RetrievalResult whole = all.evaluate(3, userVectors, itemVectors, ONE);
    RetrievalResult part =
        all.sample(50, new SplittableRandom(1)).evaluate(3, userVectors, itemVectors, ONE);
    assertThat(part.users()).hasSize(50).doesNotHaveDuplicates().isSorted();
    for (int i = 0; i < 50; i++) {
      int at = Arrays.binarySearch(whole.users(), part.users()[i]);
      assertThat(part.perUser(RetrievalMetric.NDCG_20)[i])
          .isEqualTo(whole.perUser(RetrievalMetric.NDCG_20)[at]);
    }
    assertThat(all.sample(1_000, new SplittableRandom(1))).isSameAs(all);
  }

  @Test
  void popularity_ranks_by_the_number_of_interactions() {
    Interactions counted = pairs(3, 4, 0, 3, 1, 3, 2, 3, 0, 2, 1, 2, 0, 1);
    RetrievalEvaluator evaluator = RetrievalEvaluator.of(pairs(3, 4, 2, 2), counted);
    assertThat(evaluator.evaluatePopularity(counted, ONE).mean(RetrievalMetric.NDCG_10))
        .isEqualTo(1);
  }

  @Test
  void vectors_that_do_not_fit_are_refused() {
    RetrievalEvaluator evaluator = RetrievalEvaluator.of(pairs(2, 30, 0, 1), pairs(2, 30));
    assertThatThrownBy(() -> evaluator.evaluate(2, ones(2), falling(30), ONE))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static RetrievalResult evaluateFalling(Interactions target, Interactions known) {
    return RetrievalEvaluator.of(target, known)
        .evaluate(1, ones(target.userCount()), falling(target.itemCount()), ONE);
  }

  private static double dot(float[] a, int aRow, float[] b, int bRow, int dim) {
    double sum = 0;
    for (int d = 0; d < dim; d++) {
      sum += (double) a[aRow * dim + d] * b[bRow * dim + d];
    }
    return sum;
  }

  private static Interactions pairs(int users, int items, int... userThenItem) {
    int[] user = new int[userThenItem.length / 2];
    int[] item = new int[userThenItem.length / 2];
    for (int i = 0; i < user.length; i++) {
      user[i] = userThenItem[2 * i];
      item[i] = userThenItem[2 * i + 1];
    }
    return Interactions.of(users, items, user, item, null, null);
  }

  private static Interactions randomPairs(Random random, int users, int items, int count) {
    int[] user = random.ints(count, 0, users).toArray();
    int[] item = random.ints(count, 0, items).toArray();
    return Interactions.of(users, items, user, item, null, null);
  }

  private static float[] ones(int count) {
    float[] values = new float[count];
    Arrays.fill(values, 1);
    return values;
  }

  private static float[] falling(int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = -i;
    }
    return values;
  }

  private static float[] gaussians(Random random, int n) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static double log2(double x) {
    return Math.log(x) / Math.log(2);
  }
}
