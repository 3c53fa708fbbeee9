package org.espalier.learning.mf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class BprLossTest {

  private static final double REG = 0.3;

  @ParameterizedTest(name = "dim={0} scale={1} seed={2}")
  @CsvSource({"1, 1, 1", "5, 1, 2", "16, 0.5, 3", "37, 0.3, 4", "5, 3, 5"})
  void a_step_goes_against_the_gradient_of_the_regularised_loss(int dim, float scale, long seed) {
    Random random = new Random(seed);
    float[] user = gaussians(random, dim, scale);
    float[] items = gaussians(random, 2 * dim, scale);
    double rate = 0.01;
    float[] movedUser = user.clone();
    float[] movedItems = items.clone();
    double loss = new BprLoss(dim, REG).step(movedUser, 0, movedItems, dim, 0, rate);
    assertThat(loss).isCloseTo(logLoss(user, items), within(1e-5));
    for (int d = 0; d < dim; d++) {
      double step = (movedUser[d] - user[d]) / -rate;
      assertThat(step).isCloseTo(slope(user, items, user, d), within(2e-3));
    }
    for (int d = 0; d < 2 * dim; d++) {
      double step = (movedItems[d] - items[d]) / -rate;
      assertThat(step).isCloseTo(slope(user, items, items, d), within(2e-3));
    }
  }

  @Test
  void extreme_differences_neither_overflow_nor_lose_the_loss() {
    float[] items = {0, 1_000};
    assertThat(new BprLoss(1, 0).step(new float[] {1}, 0, items, 1, 0, 1e-9)).isZero();
    assertThat(new BprLoss(1, 0).step(new float[] {1}, 0, items, 0, 1, 1e-9)).isEqualTo(1_000);
  }

  /** Central difference of the whole loss by one value of {@code of}, in double. */
  private static double slope(float[] user, float[] items, float[] of, int at) {
    float kept = of[at];
    float h = 1e-2f;
    of[at] = kept + h;
    double above = regularised(user, items);
    double up = of[at];
    of[at] = kept - h;
    double below = regularised(user, items);
    double down = of[at];
    of[at] = kept;
    return (above - below) / (up - down);
  }

  private static double regularised(float[] user, float[] items) {
    double squares = 0;
    for (float x : user) {
      squares += (double) x * x;
    }
    for (float x : items) {
      squares += (double) x * x;
    }
    return logLoss(user, items) + REG / 2 * squares;
  }

  /** The second half of the items is the seen one. */
  private static double logLoss(float[] user, float[] items) {
    int dim = user.length;
    double x = 0;
    for (int d = 0; d < dim; d++) {
      x += user[d] * ((double) items[dim + d] - items[d]);
    }
    return Math.log1p(Math.exp(-x));
  }

  private static float[] gaussians(Random random, int n, float scale) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = scale * (float) random.nextGaussian();
    }
    return values;
  }
}
