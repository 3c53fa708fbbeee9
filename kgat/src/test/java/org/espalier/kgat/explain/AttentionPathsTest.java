package org.espalier.kgat.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.espalier.kgat.explain.GraphPath.Hop;
import org.espalier.kgat.graph.Ckg;
import org.espalier.kgat.graph.CkgBuilder;
import org.espalier.kgat.graph.WeightedGraph;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class AttentionPathsTest {

  @Test
  void a_film_is_explained_by_its_director_and_by_a_like_minded_user() {
    // Users 0 and 1 are nodes 0, 1; films 0, 1 are nodes 2, 3; a director is node 4.
    Ckg graph =
        new CkgBuilder(2, 3)
            .interaction(0, 0, 1)
            .interaction(1, 0, 1)
            .interaction(1, 1, 1)
            .triple(0, 1, 2)
            .triple(1, 1, 2)
            .build();
    float[] weights = new float[graph.edgeCount()];
    set(graph, weights, 0, 0, 2, 1f);
    set(graph, weights, 2, 1, 4, 0.5f);
    set(graph, weights, 2, 2, 0, 0.25f);
    set(graph, weights, 2, 2, 1, 0.25f);
    set(graph, weights, 4, 3, 2, 0.4f);
    set(graph, weights, 4, 3, 3, 0.6f);
    set(graph, weights, 1, 0, 2, 0.5f);
    set(graph, weights, 1, 0, 3, 0.5f);

    List<GraphPath> paths =
        new AttentionPaths(WeightedGraph.of(graph, weights)).strongest(0, 3, 3, 10);

    assertThat(paths).hasSize(2);
    assertThat(paths.getFirst().hops())
        .containsExactly(new Hop(0, 0, 2, 1f), new Hop(2, 1, 4, 0.5f), new Hop(4, 3, 3, 0.6f));
    assertThat(paths.getFirst().weight()).isCloseTo(0.3, within(1e-7));
    assertThat(paths.getLast().hops())
        .containsExactly(new Hop(0, 0, 2, 1f), new Hop(2, 2, 1, 0.25f), new Hop(1, 0, 3, 0.5f));
    assertThat(paths.getLast().weight()).isCloseTo(0.125, within(1e-7));
    assertThat(new AttentionPaths(WeightedGraph.of(graph, weights)).strongest(0, 3, 2, 10))
        .isEmpty();
  }

  private static void set(
      Ckg graph, float[] weights, int head, int relation, int tail, float weight) {
    weights[graph.find(head, relation, tail)] = weight;
  }

  @ParameterizedTest(name = "seed={0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void the_strongest_are_those_that_trying_all_paths_finds(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    CkgBuilder builder = new CkgBuilder(4, 7);
    for (int i = 0; i < 25; i++) {
      int relation = random.nextInt(3);
      builder.edge(relation, random.nextInt(4), random.nextInt(7), 1);
    }
    Ckg graph = builder.build();
    float[] weights = new float[graph.edgeCount()];
    for (int e = 0; e < weights.length; e++) {
      weights[e] = random.nextInt(10) == 0 ? 0 : (float) random.nextDouble(0.01, 1);
    }
    int from = random.nextInt(4);
    int to = 4 + random.nextInt(7);
    for (int hops = 1; hops <= 4; hops++) {
      List<Double> all = new ArrayList<>();
      List<Integer> visited = new ArrayList<>(List.of(from));
      tryAll(graph, weights, visited, to, hops, 1, all);
      all.sort(Collections.reverseOrder());

      List<GraphPath> paths =
          new AttentionPaths(WeightedGraph.of(graph, weights)).strongest(from, to, hops, 9);

      assertThat(paths).hasSize(Math.min(9, all.size()));
      for (int i = 0; i < paths.size(); i++) {
        assertThat(paths.get(i).weight()).isCloseTo(all.get(i), within(1e-9));
        assertIsPath(graph, weights, paths.get(i), from, to);
      }
    }
  }

  private static void tryAll(
      Ckg graph,
      float[] weights,
      List<Integer> visited,
      int to,
      int hops,
      double weight,
      List<Double> all) {
    int node = visited.getLast();
    for (int e = graph.begin(node); hops > 0 && e < graph.end(node); e++) {
      double longer = weight * weights[e];
      if (longer > 0 && graph.tail(e) == to) {
        all.add(longer);
      } else if (longer > 0 && !visited.contains(graph.tail(e))) {
        visited.add(graph.tail(e));
        tryAll(graph, weights, visited, to, hops - 1, longer, all);
        visited.removeLast();
      }
    }
  }

  private static void assertIsPath(Ckg graph, float[] weights, GraphPath path, int from, int to) {
    int node = from;
    double product = 1;
    for (Hop hop : path.hops()) {
      assertThat(hop.head()).isEqualTo(node);
      int edge = graph.find(hop.head(), hop.relation(), hop.tail());
      assertThat(edge).isNotNegative();
      assertThat(hop.weight()).isEqualTo(weights[edge]);
      product *= hop.weight();
      node = hop.tail();
    }
    assertThat(node).isEqualTo(to);
    assertThat(path.weight()).isCloseTo(product, within(1e-9));
  }

  @Test
  void a_node_that_cannot_be_reached_has_no_paths() {
    Ckg graph = new CkgBuilder(1, 2).interaction(0, 0, 1).build();
    assertThat(
            new AttentionPaths(WeightedGraph.of(graph, new float[] {1, 1})).strongest(0, 2, 3, 5))
        .isEmpty();
  }

  @Test
  void weights_of_another_graph_are_refused() {
    Ckg graph = new CkgBuilder(1, 1).interaction(0, 0, 1).build();
    assertThatThrownBy(() -> WeightedGraph.of(graph, new float[3]))
        .hasMessageContaining("3 weights for 2 edges");
  }
}
