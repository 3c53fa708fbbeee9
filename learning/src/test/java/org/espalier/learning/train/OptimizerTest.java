package org.espalier.learning.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class OptimizerTest {

  @Test
  void sgd_subtracts_the_gradient_times_the_rate_from_one_row() {
    float[] table = {1, 2, 3, 4};
    Sgd sgd = new Sgd(2);
    sgd.nextStep(0.5);
    sgd.update(table, 1, new float[] {9, 2, -2}, 1);
    assertThat(table).containsExactly(1, 2, 2, 5);
  }

  /** β₁ = 0.9, β₂ = 0.999: with gradients 1 and then 3 worked out in double. */
  @Test
  void adam_follows_the_paper_over_two_steps() {
    float[] table = {0};
    Adam adam = new Adam(1, 1);
    double m = 0;
    double v = 0;
    double x = 0;
    for (int t = 1; t <= 2; t++) {
      double g = t == 1 ? 1 : 3;
      m = 0.9 * m + 0.1 * g;
      v = 0.999 * v + 0.001 * g * g;
      x -= 0.1 * (m / (1 - Math.pow(0.9, t))) / (Math.sqrt(v / (1 - Math.pow(0.999, t))) + 1e-8);
      adam.nextStep(0.1);
      adam.update(table, 0, new float[] {(float) g}, 0);
      assertThat((double) table[0]).isCloseTo(x, within(1e-6));
    }
  }

  @Test
  void lazy_adam_leaves_untouched_rows_and_their_moments_alone() {
    float[] lazy = new float[2];
    Adam adam = new Adam(2, 1);
    adam.nextStep(0.1);
    adam.update(lazy, 0, new float[] {1}, 0);
    adam.update(lazy, 1, new float[] {1}, 0);
    float after = lazy[1];
    for (int step = 0; step < 5; step++) {
      adam.nextStep(0.1);
      adam.update(lazy, 0, new float[] {1}, 0);
    }
    assertThat(lazy[1]).isEqualTo(after);
    adam.nextStep(0.1);
    adam.update(lazy, 1, new float[] {0}, 0);
    // Only the first gradient is in the moments, decayed once, corrected for seven steps.
    double m = 0.09 / (1 - Math.pow(0.9, 7));
    double v = 0.000999 / (1 - Math.pow(0.999, 7));
    assertThat((double) lazy[1]).isCloseTo(after - 0.1 * m / Math.sqrt(v), within(1e-5));
  }

  @Test
  void both_reach_the_bottom_of_a_bowl() {
    for (Optimizer optimizer : new Optimizer[] {new Sgd(2), new Adam(1, 2)}) {
      float[] x = {3, -2};
      for (int step = 0; step < 500; step++) {
        optimizer.nextStep(0.05);
        optimizer.update(x, 0, new float[] {2 * (x[0] - 1), 2 * x[1]}, 0);
      }
      assertThat(x[0]).isCloseTo(1, within(0.01f));
      assertThat(x[1]).isCloseTo(0, within(0.01f));
    }
  }
}
