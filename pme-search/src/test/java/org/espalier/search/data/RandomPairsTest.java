package org.espalier.search.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.espalier.search.model.ClickWorld;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class RandomPairsTest {

  private final CtrData data = ClickWorld.generate(30, 20, 2_000, 4);
  private final RandomPairs pairs = RandomPairs.of(data.fields(), data.train());

  @Test
  void fields_that_a_key_decides_move_with_it() {
    assertThat(pairs.keys()).containsExactlyInAnyOrder(0, 1); // tags go with the item
    CtrSamples drawn = pairs.draw(500, new SplittableRandom(1));
    for (int i = 0; i < 500; i++) {
      int item = drawn.cells()[3 * i + 1];
      assertThat(drawn.cells()[3 * i + 2]).isEqualTo(1 + (item - 1) % 10);
    }
  }

  @Test
  void one_half_follows_the_logs_frequencies_and_the_other_asks_all_keys_alike() {
    CtrSamples drawn = pairs.draw(20_000, new SplittableRandom(2));
    int popular = 0;
    int popularOfUniform = 0;
    for (int i = 0; i < drawn.count(); i++) {
      if (drawn.cells()[3 * i + 1] <= 5) { // a quarter of the items, half of the log
        popular++;
        popularOfUniform += i % 2 == 0 ? 1 : 0;
      }
    }
    assertThat(popularOfUniform / 10_000.0).isBetween(0.23, 0.27);
    assertThat((popular - popularOfUniform) / 10_000.0).isBetween(0.46, 0.54);
  }

  @Test
  void the_same_seed_draws_the_same_samples() {
    assertThat(pairs.draw(50, new SplittableRandom(3)).cells())
        .isEqualTo(pairs.draw(50, new SplittableRandom(3)).cells());
  }
}
