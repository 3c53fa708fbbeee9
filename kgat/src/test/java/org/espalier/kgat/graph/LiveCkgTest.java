package org.espalier.kgat.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class LiveCkgTest {

  private static final LiveCkg.RowListener NOBODY =
      new LiveCkg.RowListener() {
        @Override
        public void resized(int usersBefore, int entitiesBefore) {}

        @Override
        public void changed(int node, Row row, float changedWeight) {}
      };

  /** Fills each missing value with a function of the edge, so that a value that went astray shows. */
  private static LiveCkg.RowListener valuesOf(LiveCkg graph) {
    return new LiveCkg.RowListener() {
      @Override
      public void resized(int usersBefore, int entitiesBefore) {}

      @Override
      public void changed(int node, Row row, float changedWeight) {
        assertThat(changedWeight).isPositive();
        for (int e = row.begin(); e < row.end(); e++) {
          if (Float.isNaN(row.value(e))) {
            row.values()[e] = value(graph, node, row, e);
          }
        }
      }
    };
  }

  private static float value(LiveCkg graph, int node, Row row, int e) {
    return (edge(graph, node, row.relation(e), row.tail(e)) + row.weight(e)).hashCode();
  }

  private static String name(int node, int users) {
    return node < users ? "u" + node : "e" + (node - users);
  }

  private static String edge(LiveCkg graph, int head, int relation, int tail) {
    int room = graph.relationRoom();
    String relationName = relation < room ? "r" + relation : "i" + (relation - room);
    return "%s %s %s"
        .formatted(name(head, graph.userRoom()), relationName, name(tail, graph.userRoom()));
  }

  /** All edges with their weights; asserts order and values on the way. */
  private static Map<String, Float> edges(LiveCkg graph) {
    Map<String, Float> found = new TreeMap<>();
    Row row = new Row();
    for (int node = 0; node < graph.nodeCount(); node++) {
      graph.row(node, row);
      long last = -1;
      for (int e = row.begin(); e < row.end(); e++) {
        long place = (long) row.relation(e) << 32 | row.tail(e);
        assertThat(place).isGreaterThan(last);
        last = place;
        assertThat(row.value(e)).isEqualTo(value(graph, node, row, e));
        found.put(edge(graph, node, row.relation(e), row.tail(e)), row.weight(e));
      }
    }
    return found;
  }

  private static Map<String, Float> edges(Ckg graph) {
    Map<String, Float> found = new TreeMap<>();
    int relations = graph.relationCount();
    for (int node = 0; node < graph.nodeCount(); node++) {
      for (int e = graph.begin(node); e < graph.end(node); e++) {
        int r = graph.relation(e);
        found.put(
            "%s %s %s"
                .formatted(
                    name(node, graph.userCount()),
                    r < relations ? "r" + r : "i" + (r - relations),
                    name(graph.tail(e), graph.userCount())),
            graph.weight(e));
      }
    }
    return found;
  }

  /** The oracle: a plain map from edges, named by their ends, to weights. */
  private static final class Model {
    final Map<String, Float> edges = new TreeMap<>();

    void change(int relation, int head, int tail, float weight, boolean adds) {
      String h = (relation == 0 ? "u" : "e") + head;
      change(h + " r" + relation + " e" + tail, weight, adds);
      change("e" + tail + " i" + relation + " " + h, weight, adds);
    }

    private void change(String edge, float weight, boolean adds) {
      float after = adds ? edges.getOrDefault(edge, 0f) + weight : weight;
      if (after > 0) {
        edges.put(edge, after);
      } else {
        edges.remove(edge);
      }
    }

    void removeNode(String node) {
      edges.keySet().removeIf(e -> e.startsWith(node + " ") || e.endsWith(" " + node));
    }
  }

  @ParameterizedTest(name = "seed={0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void any_sequence_of_changes_merges_and_snapshots_leaves_what_plain_maps_hold(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Model model = new Model();
    CkgBuilder builder = new CkgBuilder(3, 4);
    for (int i = 0; i < 20; i++) {
      int relation = random.nextInt(3);
      int head = random.nextInt(3);
      int tail = random.nextInt(4);
      builder.edge(relation, head, tail, 1);
      model.change(relation, head, tail, 1, true);
    }
    Ckg first = builder.build();
    ArrayDeque<Runnable> merges = new ArrayDeque<>();
    LiveCkg graph = LiveCkg.of(first, new float[first.edgeCount()], merges::add);
    fillValues(graph);
    for (int step = 0; step < 120; step++) {
      EdgeChanges changes = new EdgeChanges();
      for (int i = random.nextInt(12); i > 0; i--) {
        change(changes, model, random, step);
      }
      graph.apply(changes, valuesOf(graph));
      if (random.nextInt(10) == 0) {
        assertThat(edges(graph.snapshot())).isEqualTo(model.edges);
      }
      assertThat(edges(graph)).isEqualTo(model.edges);
      assertThat(graph.edgeCount()).isEqualTo(model.edges.size());
    }
    Ckg snapshot = graph.snapshot();
    graph.apply(new EdgeChanges().removeUser(0).add(1, 0, 1, 5), valuesOf(graph));
    assertThat(edges(snapshot)).isEqualTo(model.edges);
    assertThat(snapshot.userCount()).isEqualTo(graph.userCount());
  }

  private static void fillValues(LiveCkg graph) {
    Row row = new Row();
    for (int node = 0; node < graph.nodeCount(); node++) {
      graph.row(node, row);
      for (int e = row.begin(); e < row.end(); e++) {
        row.values()[e] = value(graph, node, row, e);
      }
    }
  }

  private static void change(EdgeChanges changes, Model model, SplittableRandom random, int step) {
    int ids = 5 + step * 3; // outgrows the room for users, entities and relations
    int relation = random.nextInt(3 + step / 6);
    int head = random.nextInt(ids);
    int tail = random.nextInt(random.nextBoolean() ? 4 : ids);
    switch (random.nextInt(10)) {
      case 0 -> {
        changes.removeUser(head);
        model.removeNode("u" + head);
      }
      case 1 -> {
        changes.removeEntity(tail);
        model.removeNode("e" + tail);
      }
      case 2, 3 -> {
        changes.remove(relation, head, tail);
        model.change(relation, head, tail, 0, false);
      }
      case 4, 5, 6 -> {
        changes.add(relation, head, tail, 2);
        model.change(relation, head, tail, 2, true);
      }
      default -> {
        changes.set(relation, head, tail, 3);
        model.change(relation, head, tail, 3, false);
      }
    }
  }

  @Test
  void a_repeated_set_changes_nothing_and_tells_nobody() {
    LiveCkg graph = LiveCkg.of(new CkgBuilder(1, 1).interaction(0, 0, 2).build(), Runnable::run);
    LiveCkg.RowListener refuses =
        new LiveCkg.RowListener() {
          @Override
          public void resized(int usersBefore, int entitiesBefore) {
            throw new AssertionError();
          }

          @Override
          public void changed(int node, Row row, float changedWeight) {
            throw new AssertionError("node " + node);
          }
        };
    graph.apply(new EdgeChanges().set(0, 0, 0, 2).remove(1, 0, 0).removeUser(9_999), refuses);
    graph.apply(new EdgeChanges().add(0, 0, 0, 3).set(0, 0, 0, 2), refuses);
    assertThat(graph.edgeCount()).isEqualTo(2);
  }

  @Test
  void self_loops_and_an_empty_graph_are_graphs_like_any_other() {
    LiveCkg graph = LiveCkg.of(new CkgBuilder(0, 0).build(), Runnable::run);
    assertThat(graph.snapshot().nodeCount()).isZero();

    graph.apply(new EdgeChanges().add(1, 0, 0, 1).add(1, 0, 0, 1), NOBODY);

    Ckg snapshot = graph.snapshot();
    assertThat(edges(snapshot)).containsOnlyKeys("e0 r1 e0", "e0 i1 e0").containsValue(2f);
    graph.apply(new EdgeChanges().removeEntity(0), NOBODY);
    assertThat(graph.snapshot().edgeCount()).isZero();
    assertThat(edges(snapshot)).hasSize(2);
  }

  @Test
  void a_hub_of_a_million_edges_takes_more_and_loses_some() {
    int size = 1_000_000;
    CkgBuilder builder = new CkgBuilder(size, 1);
    for (int user = 0; user < size; user++) {
      builder.interaction(user, 0, 1);
    }
    LiveCkg graph = LiveCkg.of(builder.build(), Runnable::run);
    EdgeChanges changes = new EdgeChanges();
    for (int i = 0; i < 1000; i++) {
      changes.add(0, size + i, 0, 1).remove(0, i * 7, 0);
    }
    graph.apply(changes, NOBODY);
    graph.apply(new EdgeChanges().add(0, size + 1000, 0, 1), NOBODY);

    Row row = new Row();
    graph.row(graph.nodeOfEntity(0), row);
    assertThat(row.size()).isEqualTo(size + 1);
    assertThat(row.tail(row.begin())).isEqualTo(1);
    assertThat(row.tail(row.end() - 1)).isEqualTo(size + 1000);
    assertThat(graph.edgeCount()).isEqualTo(2L * (size + 1));
  }

  @ParameterizedTest(name = "seed={0}")
  @ValueSource(longs = {21, 22})
  void readers_see_whole_batches_while_others_write_and_merge(long seed) throws Exception {
    LiveCkg graph = LiveCkg.of(new CkgBuilder(50, 50).build(), Runnable::run);
    AtomicBoolean done = new AtomicBoolean();
    try (ExecutorService others = Executors.newFixedThreadPool(2)) {
      var merger =
          others.submit(() -> {
            while (!done.get()) {
              Ckg snapshot = graph.snapshot();
              assertThat(snapshot.edgeCount() % 20).isZero();
            }
          });
      var reader =
          others.submit(() -> {
            Row row = new Row();
            while (!done.get()) {
              int edges =
                  graph.read(() -> {
                    int sum = 0;
                    for (int node = 0; node < graph.nodeCount(); node++) {
                      graph.row(node, row);
                      sum += row.size();
                    }
                    return sum;
                  });
              assertThat(edges % 20).isZero();
            }
          });
      SplittableRandom random = new SplittableRandom(seed);
      for (int batch = 0; batch < 2000; batch++) {
        EdgeChanges changes = new EdgeChanges();
        int user = random.nextInt(50 + batch);
        for (int item = 0; item < 10; item++) { // ten items or none, both ways
          if (batch % 3 == 0) {
            changes.remove(0, user, item);
          } else {
            changes.set(0, user, item, 1);
          }
        }
        graph.apply(changes, NOBODY);
      }
      done.set(true);
      merger.get();
      reader.get();
    }
  }

  @Test
  void bad_changes_are_refused_by_name() {
    EdgeChanges changes = new EdgeChanges();
    assertThatThrownBy(() -> changes.set(0, 1, 2, Float.NaN)).hasMessageContaining("weight NaN");
    assertThatThrownBy(() -> changes.add(0, 1, 2, 0)).hasMessageContaining("weight 0.0");
    assertThatThrownBy(() -> changes.set(-1, 1, 2, 1)).hasMessageContaining("relation -1");
    assertThatThrownBy(() -> changes.set(0, Integer.MAX_VALUE, 2, 1))
        .hasMessageContaining("head 2147483647");
    assertThatThrownBy(() -> changes.removeUser(-4)).hasMessageContaining("head -4");
    assertThat(changes.size()).isZero();
  }
}
