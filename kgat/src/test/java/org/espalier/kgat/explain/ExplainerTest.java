package org.espalier.kgat.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.espalier.kgat.graph.Ckg;
import org.espalier.kgat.graph.CkgBuilder;
import org.espalier.kgat.graph.EdgeChanges;
import org.espalier.kgat.graph.Row;
import org.espalier.kgat.graph.WeightedGraph;
import org.espalier.kgat.model.Aggregator;
import org.espalier.kgat.model.EdgeWeighting;
import org.espalier.kgat.model.PropagationSpec;
import org.espalier.kgat.model.Propagator;
import org.espalier.kgat.refresh.LayerRefresher;
import org.espalier.kgat.refresh.RefreshSettings;
import org.espalier.kgat.refresh.VectorSink;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class ExplainerTest {

  private static final VectorSink NOWHERE =
      new VectorSink() {
        @Override
        public void user(int user, float[] vector) {}

        @Override
        public void entity(int entity, float[] vector) {}

        @Override
        public void removedUser(int user) {}

        @Override
        public void removedEntity(int entity) {}
      };

  private static LayerRefresher refresher(Ckg graph, EdgeWeighting weighting, long seed) {
    PropagationSpec shape =
        new PropagationSpec(
            6,
            List.of(6),
            Aggregator.BI_INTERACTION,
            PropagationSpec.Readout.CONCATENATION,
            true,
            0.01f);
    Propagator model = Propagator.untrained(graph, shape, weighting, seed);
    return LayerRefresher.start(
        model, graph, new RefreshSettings(1e-3f, 1), Runnable::run, NOWHERE);
  }

  private static Explainer explainer(WeightedGraph graph) {
    AttentionPaths paths = new AttentionPaths(graph);
    return new Explainer(
        graph,
        (user, item, limit) -> paths.strongest(user, item, 3, limit),
        u -> "u" + u,
        e -> "e" + e,
        r -> r == 0 ? "interacts" : "r" + r);
  }

  @Test
  void a_film_that_was_added_live_is_explained_by_its_director() {
    // User 0 saw film 0; film 1 came later, by the same director, entity 2, who has one more film.
    Ckg graph = new CkgBuilder(1, 4).interaction(0, 0, 1).triple(0, 1, 2).triple(3, 1, 2).build();
    try (LayerRefresher refresher = refresher(graph, EdgeWeighting.MEAN, 1)) {
      assertThat(explainer(refresher.weighted()).explain(0, 1, 5)).isEmpty();
      refresher.apply(new EdgeChanges().add(1, 1, 2, 2));

      List<Explanation> reasons = explainer(refresher.weighted()).explain(0, 1, 5);

      // By means: all of the user's attention, half of the film's, two quarters of the director's.
      assertThat(reasons).hasSize(1);
      assertThat(reasons.getFirst().steps())
          .containsExactly(
              new Explanation.Step("u0", "interacts", false, "e0", 1),
              new Explanation.Step("e0", "r1", false, "e2", 0.5f),
              new Explanation.Step("e2", "r1", true, "e1", 0.5f));
      assertThat(reasons.getFirst().weight()).isCloseTo(0.25, within(1e-7));
      assertThat(explainer(refresher.weighted()).explain(9_999, 1, 5)).isEmpty();
      assertThat(explainer(refresher.weighted()).explain(0, 9_999, 5)).isEmpty();
    }
  }

  @ParameterizedTest(name = "seed={0}")
  @ValueSource(longs = {1, 2, 3, 4})
  void paths_of_trained_attention_exist_and_their_weights_multiply_up(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    CkgBuilder builder = new CkgBuilder(8, 15);
    for (int i = 0; i < 50; i++) {
      int relation = random.nextInt(3);
      builder.edge(relation, random.nextInt(8), random.nextInt(15), 1);
    }
    try (LayerRefresher refresher = refresher(builder.build(), EdgeWeighting.ATTENTION, seed)) {
      for (int i = 0; i < 30; i++) {
        int relation = random.nextInt(4);
        refresher.apply(new EdgeChanges().add(relation, random.nextInt(12), random.nextInt(20), 1));
      }
      refresher.refresh(Duration.ofSeconds(10));
      WeightedGraph graph = refresher.weighted();
      int found = 0;
      for (int item = 0; item < 15; item++) {
        AttentionPaths paths = new AttentionPaths(graph);
        for (GraphPath path : paths.strongest(0, graph.userRoom() + item, 4, 6)) {
          found++;
          assertIsPath(graph, path, 0, graph.userRoom() + item);
        }
      }
      assertThat(found).isPositive();
    }
  }

  private static void assertIsPath(WeightedGraph graph, GraphPath path, int from, int to) {
    int node = from;
    double product = 1;
    Row row = new Row();
    for (GraphPath.Hop hop : path.hops()) {
      assertThat(hop.head()).isEqualTo(node);
      graph.row(node, row);
      int edge = row.find(hop.relation(), hop.tail());
      assertThat(edge).isNotNegative();
      assertThat(hop.weight()).isEqualTo(graph.weight(node, row, edge)).isBetween(0f, 1.00001f);
      product *= hop.weight();
      double sum = 0;
      for (int e = row.begin(); e < row.end(); e++) {
        sum += graph.weight(node, row, e);
      }
      assertThat(sum).isCloseTo(1, within(1e-5));
      node = hop.tail();
    }
    assertThat(node).isEqualTo(to);
    assertThat(path.weight()).isCloseTo(product, within(1e-9));
  }
}
