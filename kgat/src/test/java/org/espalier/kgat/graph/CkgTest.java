package org.espalier.kgat.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class CkgTest {

  /** A node's edges as {@code relation:tail*weight}. */
  private static List<String> row(Ckg graph, int node) {
    List<String> edges = new ArrayList<>();
    for (int e = graph.begin(node); e < graph.end(node); e++) {
      edges.add(graph.relation(e) + ":" + graph.tail(e) + "*" + graph.weight(e));
    }
    return edges;
  }

  @Test
  void users_come_first_and_every_edge_has_its_inverse() {
    // Users 0, 1; entities 0, 1, 2 are nodes 2, 3, 4; relations: interacts 0, directed-by 1.
    Ckg graph =
        new CkgBuilder(2, 3)
            .interaction(1, 0, 1)
            .interaction(0, 0, 1)
            .interaction(0, 1, 2.5f)
            .triple(0, 1, 2)
            .build();

    assertThat(row(graph, 0)).containsExactly("0:2*1.0", "0:3*2.5");
    assertThat(row(graph, 1)).containsExactly("0:2*1.0");
    assertThat(row(graph, 2)).containsExactly("1:4*1.0", "2:0*1.0", "2:1*1.0");
    assertThat(row(graph, 3)).containsExactly("2:0*2.5");
    assertThat(row(graph, 4)).containsExactly("3:2*1.0");
    assertThat(graph.edgeCount()).isEqualTo(8);
    assertThat(graph.relationCount()).isEqualTo(2);
    assertThat(graph.inverse(1)).isEqualTo(3);
    assertThat(graph.inverse(2)).isEqualTo(0);
    assertThat(graph.nodeOfEntity(2)).isEqualTo(4);
  }

  @Test
  void duplicates_become_one_edge_of_their_total_weight() {
    Ckg graph =
        new CkgBuilder(1, 2)
            .interaction(0, 1, 1)
            .triple(0, 3, 1)
            .interaction(0, 1, 2)
            .triple(0, 3, 1)
            .build();

    assertThat(row(graph, 0)).containsExactly("0:2*3.0");
    assertThat(row(graph, 1)).containsExactly("3:2*2.0");
    assertThat(row(graph, 2)).containsExactly("4:0*3.0", "7:1*2.0");
  }

  @Test
  void a_self_loop_is_an_edge_in_each_direction() {
    Ckg graph = new CkgBuilder(0, 1).triple(0, 1, 0).build();

    assertThat(row(graph, 0)).containsExactly("1:0*1.0", "3:0*1.0");
  }

  @Test
  void the_empty_graph_and_isolated_nodes_have_no_edges() {
    assertThat(new CkgBuilder(0, 0).build().nodeCount()).isZero();
    Ckg graph = new CkgBuilder(2, 3).interaction(1, 1, 1).build();

    assertThat(graph.nodeCount()).isEqualTo(5);
    assertThat(row(graph, 0)).isEmpty();
    assertThat(row(graph, 2)).isEmpty();
    assertThat(row(graph, 4)).isEmpty();
  }

  @Test
  void edges_may_name_more_nodes_and_relations_than_were_announced() {
    Ckg graph = new CkgBuilder(0, 0).interaction(3, 1, 1).triple(5, 7, 0).build();

    assertThat(graph.userCount()).isEqualTo(4);
    assertThat(graph.entityCount()).isEqualTo(6);
    assertThat(graph.relationCount()).isEqualTo(8);
    assertThat(graph.find(3, 0, 5)).isEqualTo(graph.begin(3));
    assertThat(graph.find(4 + 5, 7, 4)).isNotNegative();
    assertThat(graph.find(4, 15, 9)).isNotNegative();
    assertThat(graph.find(4, 7, 9)).isEqualTo(-1);
  }

  @Test
  void a_hub_keeps_its_edges_sorted() {
    CkgBuilder builder = new CkgBuilder(0, 0);
    for (int i = 99_999; i > 0; i--) {
      builder.triple(0, 1, i);
    }
    Ckg graph = builder.build();

    assertThat(graph.end(0) - graph.begin(0)).isEqualTo(99_999);
    for (int e = 0; e < 99_999; e++) {
      assertThat(graph.tail(e)).isEqualTo(e + 1);
    }
  }

  @ParameterizedTest(name = "seed={0}")
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void a_random_graph_has_each_edge_and_its_inverse_once_in_order(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int users = 1 + random.nextInt(5);
    int entities = 1 + random.nextInt(8);
    CkgBuilder builder = new CkgBuilder(users, entities);
    TreeMap<String, Float> expected = new TreeMap<>();
    for (int i = 0; i < 200; i++) {
      int relation = random.nextInt(4);
      int head = random.nextInt(relation == 0 ? users : entities);
      int tail = random.nextInt(entities);
      builder.edge(relation, head, tail, 1);
      int from = relation == 0 ? head : users + head;
      expected.merge(from + " " + relation + " " + (users + tail), 1f, Float::sum);
      expected.merge((users + tail) + " " + (relation + 4) + " " + from, 1f, Float::sum);
    }
    Ckg graph = builder.triple(0, 3, 0).build();
    expected.merge(users + " 3 " + users, 1f, Float::sum);
    expected.merge(users + " 7 " + users, 1f, Float::sum);

    TreeMap<String, Float> found = new TreeMap<>();
    for (int node = 0; node < graph.nodeCount(); node++) {
      long last = -1;
      for (int e = graph.begin(node); e < graph.end(node); e++) {
        long place = (long) graph.relation(e) << 32 | graph.tail(e);
        assertThat(place).isGreaterThan(last);
        last = place;
        assertThat(graph.find(node, graph.relation(e), graph.tail(e))).isEqualTo(e);
        found.put(node + " " + graph.relation(e) + " " + graph.tail(e), graph.weight(e));
      }
    }
    assertThat(found).isEqualTo(expected);
  }

  @Test
  void bad_edges_are_refused_by_name() {
    CkgBuilder builder = new CkgBuilder(1, 1);
    assertThatThrownBy(() -> builder.interaction(0, 0, Float.NaN))
        .hasMessageContaining("weight NaN");
    assertThatThrownBy(() -> builder.interaction(0, 0, 0)).hasMessageContaining("weight 0.0");
    assertThatThrownBy(() -> builder.edge(1, -1, 0, 1)).hasMessageContaining("head -1");
    assertThatThrownBy(() -> builder.triple(0, 0, 0)).hasMessageContaining("relation 0");
  }

  @ParameterizedTest(name = "seed={0}")
  @ValueSource(longs = {11, 12, 13})
  void segments_cover_every_edge_once_and_share_head_and_relation(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    CkgBuilder builder = new CkgBuilder(3, 6);
    for (int i = 0; i < 60; i++) {
      int relation = random.nextInt(3);
      builder.edge(relation, random.nextInt(3), random.nextInt(6), 1);
    }
    Ckg graph = builder.build();
    Segments segments = Segments.of(graph);

    int[] seen = new int[graph.edgeCount()];
    for (int r = 0; r < 2 * graph.relationCount(); r++) {
      for (int s = segments.begin(r); s < segments.end(r); s++) {
        assertThat(segments.edgeBegin(s)).isLessThan(segments.edgeEnd(s));
        for (int e = segments.edgeBegin(s); e < segments.edgeEnd(s); e++) {
          seen[e]++;
          assertThat(graph.relation(e)).isEqualTo(r);
          assertThat(e).isBetween(graph.begin(segments.head(s)), graph.end(segments.head(s)) - 1);
        }
      }
    }
    assertThat(seen).containsOnly(1);
    assertThat(segments.end(2 * graph.relationCount() - 1)).isEqualTo(segments.size());
  }
}
