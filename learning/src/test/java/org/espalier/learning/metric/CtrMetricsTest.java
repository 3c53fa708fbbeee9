package org.espalier.learning.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class CtrMetricsTest {

  @Test
  void auc_counts_the_pairs_in_order_and_half_of_the_ties() {
    // Clicks 3, 1 and -1 against 1 and -2: 3 > both; 1 = 1 and > -2; -1 < 1 and > -2.
    float[] logits = {3, 1, 1, -1, -2};
    boolean[] clicked = {true, true, false, true, false};
    assertThat(CtrMetrics.of(logits, clicked).auc()).isCloseTo(4.5 / 6, within(1e-12));
  }

  @Test
  void auc_knows_best_worst_and_uninformed() {
    boolean[] clicked = {false, false, true, true};
    assertThat(CtrMetrics.auc(new float[] {-5, -4, 0, 9}, clicked)).isEqualTo(1);
    assertThat(CtrMetrics.auc(new float[] {5, 4, 0, -9}, clicked)).isEqualTo(0);
    assertThat(CtrMetrics.auc(new float[] {0, -0f, 0, -0f}, clicked)).isEqualTo(0.5);
    assertThat(CtrMetrics.auc(new float[] {1, 2}, new boolean[2])).isNaN();
  }

  @ParameterizedTest(name = "seed={0}")
  @ValueSource(longs = {1, 2, 3})
  void auc_equals_the_count_over_all_pairs(long seed) {
    Random random = new Random(seed);
    int n = 200;
    float[] scores = new float[n];
    boolean[] clicked = new boolean[n];
    for (int i = 0; i < n; i++) {
      scores[i] = (random.nextInt(41) - 20) / 4f;
      clicked[i] = random.nextInt(4) == 0;
    }
    double wins = 0;
    double pairs = 0;
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        if (clicked[i] && !clicked[j]) {
          pairs++;
          wins += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0;
        }
      }
    }
    assertThat(CtrMetrics.auc(scores, clicked)).isCloseTo(wins / pairs, within(1e-12));
  }

  @Test
  void logloss_is_the_mean_of_the_surprises_and_does_not_overflow() {
    float[] logits = {0, 0, (float) Math.log(3), 1_000};
    boolean[] clicked = {true, false, false, false};
    double expected = (Math.log(2) + Math.log(2) + Math.log(4) + 1_000) / 4;
    assertThat(CtrMetrics.logloss(logits, clicked)).isCloseTo(expected, within(1e-5));
  }

  @Test
  void nan_and_unequal_lengths_are_refused() {
    assertThatThrownBy(() -> CtrMetrics.of(new float[] {Float.NaN}, new boolean[1]))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> CtrMetrics.of(new float[2], new boolean[1]))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
