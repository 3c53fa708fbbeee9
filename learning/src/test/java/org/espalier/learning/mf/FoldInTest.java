package org.espalier.learning.mf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.espalier.learning.kernel.Workers;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class FoldInTest {

  private static final MfObjective.Als ALS = new MfObjective.Als(0.5, 0.1, 0.75);
  private static final int ITEMS = 40;

  @ParameterizedTest(name = "dim={0} count={1} seed={2}")
  @CsvSource({"1, 1, 1", "5, 3, 2", "16, 20, 3", "21, 2, 4", "64, 30, 5"})
  void the_folded_vector_is_where_the_objectives_finite_differences_vanish(
      int dim, int count, long seed) {
    Random random = new Random(seed);
    float[] items = gaussians(random, ITEMS * dim);
    float[] weights = new float[count];
    for (int i = 0; i < count; i++) {
      weights[i] = 0.25f + random.nextFloat();
    }
    float[] user = new float[dim + 1];
    double minimum =
        new FoldIn(dim, items, ALS)
            .fold(
                Arrays.copyOf(items, count * dim),
                weights,
                count,
                user,
                1,
                new FoldIn.Scratch(dim));
    double[] x = new double[dim];
    for (int d = 0; d < dim; d++) {
      x[d] = user[d + 1];
    }
    double atMinimum = objective(x, items, weights);
    assertThat(minimum).isCloseTo(atMinimum, within(1e-3));
    for (int d = 0; d < dim; d++) {
      double kept = x[d];
      x[d] = kept + 1e-3;
      double above = objective(x, items, weights);
      x[d] = kept - 1e-3;
      double below = objective(x, items, weights);
      x[d] = kept;
      assertThat((above - below) / 2e-3).isCloseTo(0, within(2e-3));
      assertThat(Math.min(above, below)).isGreaterThanOrEqualTo(atMinimum - 1e-6);
    }
  }

  @Test
  void weights_of_one_change_nothing_and_weight_two_is_the_item_twice() {
    int dim = 8;
    float[] items = gaussians(new Random(1), ITEMS * dim);
    FoldIn foldIn = new FoldIn(dim, items, ALS);
    FoldIn.Scratch scratch = new FoldIn.Scratch(dim);
    float[] plain = new float[dim];
    float[] weighted = new float[dim];
    foldIn.fold(Arrays.copyOf(items, 3 * dim), 3, plain, 0, scratch);
    foldIn.fold(Arrays.copyOf(items, 3 * dim), new float[] {1, 1, 1}, 3, weighted, 0, scratch);
    assertThat(weighted).containsExactly(plain);

    float[] twice = Arrays.copyOf(items, 2 * dim);
    System.arraycopy(items, 0, twice, dim, dim);
    foldIn.fold(twice, 2, plain, 0, scratch);
    foldIn.fold(Arrays.copyOf(items, dim), new float[] {2}, 1, weighted, 0, scratch);
    for (int d = 0; d < dim; d++) {
      assertThat(weighted[d]).isCloseTo(plain[d], within(1e-5f));
    }
  }

  @Test
  void no_items_give_the_zero_vector_and_broken_ones_are_reported() {
    int dim = 4;
    float[] items = gaussians(new Random(2), ITEMS * dim);
    FoldIn foldIn = new FoldIn(dim, items, ALS);
    float[] user = {9, 9, 9, 9};
    foldIn.fold(items, 0, user, 0, new FoldIn.Scratch(dim));
    assertThat(user).containsOnly(0);
    float[] broken = {1, Float.NaN, 1, 1};
    Arrays.fill(user, 9);
    assertThat(foldIn.fold(broken, 1, user, 0, new FoldIn.Scratch(dim))).isNaN();
    assertThat(user).containsOnly(0);
  }

  @Test
  void threads_share_one_fold_in() {
    int dim = 32;
    float[] items = gaussians(new Random(3), ITEMS * dim);
    FoldIn foldIn = new FoldIn(dim, items, ALS);
    float[] expected = new float[ITEMS * dim];
    float[] found = new float[ITEMS * dim];
    foldEach(foldIn, items, dim, expected, 0, ITEMS);
    try (Workers workers = new Workers(4)) {
      workers.forBlocks(ITEMS, 1, (from, to, _) -> foldEach(foldIn, items, dim, found, from, to));
    }
    assertThat(found).containsExactly(expected);
  }

  private static void foldEach(
      FoldIn foldIn, float[] items, int dim, float[] users, int from, int to) {
    for (int u = from; u < to; u++) {
      foldIn.fold(items, u, users, u * dim, new FoldIn.Scratch(dim));
    }
  }

  /** The objective by its definition, over the first items with the weights, in double. */
  private static double objective(double[] x, float[] items, float[] weights) {
    double sum = 0;
    double weightSum = 0;
    for (int item = 0; item < ITEMS; item++) {
      double score = 0;
      for (int d = 0; d < x.length; d++) {
        score += x[d] * items[item * x.length + d];
      }
      sum += 0.5 * score * score;
      if (item < weights.length) {
        sum += weights[item] * (1 - score) * (1 - score);
        weightSum += weights[item];
      }
    }
    double lambda = 0.1 * Math.pow(weightSum + 0.5 * ITEMS, 0.75);
    for (double value : x) {
      sum += lambda * value * value;
    }
    return sum;
  }

  private static float[] gaussians(Random random, int n) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }
}
