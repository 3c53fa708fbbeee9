package org.espalier.kgat.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.espalier.kgat.model.BaseSizes;
import org.espalier.learning.data.Interactions;
import org.espalier.learning.train.TrainingEvent;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class BaseSizeSearchTest {

  private static final int DIM = 8;
  private static final PropagatorSpec.Layered SPEC =
      PropagatorSpec.kgatPaper(DIM, List.of(8), 16)
          .withSizing((graph, dim) -> BaseSizes.uniform(graph, dim, 0.5));

  private final List<TrainingEvent> events = new ArrayList<>();

  /** 12 users, 10 items, 40 pairs. */
  private static Interactions pairs() {
    Interactions.Builder builder = new Interactions.Builder(false, false);
    for (int i = 0; i < 40; i++) {
      builder.add(i % 12, (i * 7 + i / 12) % 10, 1, 0);
    }
    return builder.build(12, 10);
  }

  private BaseSizeSearch.Found search(Interactions train, int threads, BaseSizeSearch.Rule rule) {
    return BaseSizeSearch.run(
        train, Optional.empty(), SPEC, 2, rule, 5, threads, events::add, () -> false);
  }

  /** Sizes by how much of the gradient a node gets: what a rule can see is all it has. */
  private static BaseSizes bySlope(BaseSizeSearch.WarmModel model, double[] slopes) {
    model.showGradients((node, base, gradient, at) -> {
      for (int d = 0; d < DIM; d++) {
        slopes[node] += Math.abs(gradient[at + d] * base[at + d]);
      }
    });
    int[] sizes = new int[model.graph().nodeCount()];
    for (int node = 0; node < sizes.length; node++) {
      sizes[node] = slopes[node] > 0.02 ? DIM : 1;
    }
    return new BaseSizes(DIM, sizes);
  }

  @Test
  void the_rule_sees_a_full_size_model_after_its_warm_up_and_gradients_of_all_who_interact() {
    double[] slopes = new double[22];
    BaseSizeSearch.Found found =
        search(
            pairs(),
            1,
            model -> {
              assertThat(model.dim()).isEqualTo(DIM);
              assertThat(model.base()).hasSize(22 * DIM).as("full rows").doesNotContain(0f);
              return bySlope(model, slopes);
            });
    assertThat(slopes).as("every user and item has pairs").doesNotContain(0);
    assertThat(found.sizes().total()).isBetween(22L, 22L * DIM);
    assertThat(found.total()).isGreaterThanOrEqualTo(found.warmUp());
    assertThat(events.stream().filter(event -> event instanceof TrainingEvent.EpochDone))
        .as("all epochs, whatever they bring")
        .hasSize(2);
  }

  @Test
  void the_same_seed_finds_the_same_sizes_with_any_number_of_threads() {
    int[] one = search(pairs(), 1, model -> bySlope(model, new double[22])).sizes().sizes();
    int[] two = search(pairs(), 2, model -> bySlope(model, new double[22])).sizes().sizes();
    assertThat(two).isEqualTo(one);
  }

  @Test
  void nothing_to_train_on_is_refused() {
    Interactions none = new Interactions.Builder(false, false).build(3, 3);
    assertThatThrownBy(() -> search(none, 1, _ -> new BaseSizes(DIM, new int[6])))
        .hasMessageContaining("no interactions to train on");
  }
}
