package org.espalier.kgat.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class TrainingMemoryTest {

  private static final List<PropagatorSpec> SPECS =
      List.of(
          PropagatorSpec.kgatPaper(64, List.of(64, 32, 16), 2048),
          PropagatorSpec.kgatBest(500, 20),
          PropagatorSpec.lightGcn(64, 3, 2048),
          PropagatorSpec.fastRp(512));

  @Test
  void the_estimate_grows_with_everything_that_a_training_holds() {
    for (PropagatorSpec spec : SPECS) {
      long bytes = TrainingMemory.bytes(spec, 1000, 500, 800, 10_000);
      assertThat(bytes).as("%s", spec).isGreaterThan(4L * 64 * 1800);
      assertThat(TrainingMemory.bytes(spec, 2000, 500, 800, 10_000)).isGreaterThan(bytes);
      assertThat(TrainingMemory.bytes(spec, 1000, 900, 1200, 10_000)).isGreaterThan(bytes);
      assertThat(TrainingMemory.bytes(spec, 1000, 500, 800, 20_000)).isGreaterThan(bytes);
    }
  }

  @Test
  void the_best_presets_square_of_items_is_seen_where_there_is_one_and_nothing_overflows() {
    PropagatorSpec small = PropagatorSpec.kgatBest(16_000, 20);
    assertThat(TrainingMemory.bytes(small, 10, 16_000, 16_000, 10)).isGreaterThan(3_000_000_000L);
    PropagatorSpec large = PropagatorSpec.kgatBest(1_000_000, 20);
    assertThat(TrainingMemory.bytes(large, 10, 1_000_000, 1_000_000, 10))
        .isBetween(1_000_000_000L, 10_000_000_000L);
  }
}
