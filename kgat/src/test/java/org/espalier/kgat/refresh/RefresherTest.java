package org.espalier.kgat.refresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.espalier.kgat.graph.Ckg;
import org.espalier.kgat.graph.EdgeChanges;
import org.espalier.kgat.model.Propagator;
import org.espalier.kgat.refresh.Models.Kind;
import org.espalier.kgat.refresh.Models.Memory;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class RefresherTest {

  private static final Duration EVER = Duration.ofHours(1);

  static List<Arguments> kinds_and_seeds() {
    List<Arguments> cases = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      for (long seed = 1; seed <= 4; seed++) {
        cases.add(Arguments.of(kind, seed));
      }
    }
    return cases;
  }

  private static Refresher start(Propagator model, Ckg graph, float epsilon, VectorSink sink) {
    return Refresher.start(model, graph, new RefreshSettings(epsilon, 2), Runnable::run, sink);
  }

  private static EdgeChanges changes(SplittableRandom random, int ids, boolean removals) {
    EdgeChanges changes = new EdgeChanges();
    for (int i = 1 + random.nextInt(8); i > 0; i--) {
      int relation = random.nextInt(5); // two that training did not know
      int head = random.nextInt(ids);
      int tail = random.nextInt(ids);
      switch (random.nextInt(removals ? 8 : 6)) {
        case 0, 1 -> changes.remove(relation, head % 6, tail % 9);
        case 2, 3, 4 -> changes.add(relation, head, tail, 1);
        case 5 -> changes.set(relation, head, tail, 4);
        case 6 -> changes.removeUser(head);
        default -> changes.removeEntity(tail);
      }
    }
    return changes;
  }

  /** What was refreshed is what a start gives; an id that no edge ever named may be missing. */
  private static void assertSame(
      Map<String, float[]> refreshed, Map<String, float[]> started, Ckg graph) {
    assertThat(started.keySet()).containsAll(refreshed.keySet());
    for (int node = 0; node < graph.nodeCount(); node++) {
      boolean user = node < graph.userCount();
      String name = user ? "u" + node : "e" + (node - graph.userCount());
      float[] vector = refreshed.get(name);
      if (vector != null || graph.begin(node) < graph.end(node)) {
        assertThat(vector).as(name).containsExactly(started.get(name), within(2e-5f));
      }
    }
  }

  @ParameterizedTest(name = "{0} seed={1}")
  @MethodSource("kinds_and_seeds")
  void finished_refreshes_give_what_a_start_from_the_same_graph_gives(Kind kind, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Ckg graph = Models.graph(12, 20, 60, random);
    Propagator model = Models.of(kind, graph, seed);
    Memory memory = new Memory();
    try (Refresher refresher = start(model, graph, 0, memory)) {
      for (int step = 0; step < 40; step++) {
        refresher.apply(changes(random, 12 + 4 * step, false)); // outgrows the room
        refresher.refresh(EVER);
        assertThat(refresher.staleness().largest()).isZero();
        if (step % 8 == 7) {
          Memory anew = new Memory();
          Ckg now = refresher.graph().snapshot();
          start(model, now, 0, anew).close();
          assertSame(memory.vectors, anew.vectors, now);
        }
      }
    }
  }

  @ParameterizedTest(name = "{0} seed={1}")
  @MethodSource("kinds_and_seeds")
  void with_nodes_removed_they_give_what_a_full_propagation_gives(Kind kind, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Ckg graph = Models.graph(12, 20, 60, random);
    Memory memory = new Memory();
    try (Refresher refresher = start(Models.of(kind, graph, seed), graph, 0, memory)) {
      for (int step = 0; step < 30; step++) {
        refresher.apply(changes(random, 12 + step, true));
        refresher.refresh(EVER);
        Map<String, float[]> refreshed = Map.copyOf(memory.vectors);
        refresher.propagateAll();
        refreshed.forEach((node, vector) ->
            assertThat(vector).as(node).containsExactly(memory.of(node), within(2e-5f)));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void a_removed_user_is_taken_from_the_sink_and_comes_back_as_a_stranger(Kind kind) {
    Ckg graph = Models.graph(6, 9, 40, new SplittableRandom(5));
    Memory memory = new Memory();
    try (Refresher refresher = start(Models.of(kind, graph, 5), graph, 0, memory)) {
      refresher.apply(new EdgeChanges().removeUser(2));
      refresher.refresh(EVER);
      refresher.propagateAll();
      assertThat(memory.vectors).doesNotContainKey("u2");
      assertThat(refresher.graph().snapshot().begin(3))
          .isEqualTo(refresher.graph().snapshot().begin(2));

      refresher.apply(new EdgeChanges().add(0, 2, 3, 1).add(0, 700, 3, 1));
      refresher.refresh(EVER);
      assertThat(memory.of("u2")).containsExactly(memory.of("u700"), within(1e-5f));
    }
  }

  @ParameterizedTest
  @EnumSource
  void new_items_with_only_triples_and_new_users_with_only_events_have_vectors(Kind kind) {
    Ckg graph = Models.graph(6, 9, 40, new SplittableRandom(6));
    Memory memory = new Memory();
    try (Refresher refresher = start(Models.of(kind, graph, 6), graph, 1e-3f, memory)) {
      refresher.apply(
          new EdgeChanges()
              .add(1, 500, 0, 1)
              .add(2, 500, 4, 1)
              .add(0, 300, 2, 1)
              .add(0, 300, 0, 1));
      refresher.refresh(EVER);
      double score = 0;
      for (int d = 0; d < memory.of("u300").length; d++) {
        score += memory.of("u300")[d] * memory.of("e500")[d];
      }
      assertThat(score).isNotZero().isFinite();
    }
  }

  @ParameterizedTest
  @EnumSource
  void what_the_budget_leaves_is_carried_over_until_nothing_is_left(Kind kind) {
    SplittableRandom random = new SplittableRandom(7);
    Ckg graph = Models.graph(300, 500, 4000, random);
    Propagator model = Models.of(kind, graph, 7);
    Memory memory = new Memory();
    try (Refresher refresher = start(model, graph, 0, memory)) {
      EdgeChanges changes = new EdgeChanges();
      for (int i = 0; i < 20; i++) {
        changes.add(0, random.nextInt(300), random.nextInt(500), 1);
      }
      refresher.apply(changes);
      assertThat(refresher.staleness().largest()).isPositive();
      assertThat(refresher.staleness().mean()).isPositive();

      RefreshReport nothing = refresher.refresh(Duration.ZERO);
      assertThat(nothing.rowsComputed()).isZero();
      assertThat(nothing.rowsLeft()).isPositive();

      for (int i = 0; i < 10_000 && refresher.staleness().rowsDue() > 0; i++) {
        refresher.refresh(Duration.ofNanos(200_000));
      }
      assertThat(refresher.staleness()).isEqualTo(new Staleness(0, 0, 0));
      Memory anew = new Memory();
      Ckg now = refresher.graph().snapshot();
      start(model, now, 0, anew).close();
      assertSame(memory.vectors, anew.vectors, now);
    }
  }

  @ParameterizedTest
  @EnumSource(names = "SAGE_MEAN", mode = EnumSource.Mode.EXCLUDE) // one layer: nothing spreads
  void larger_epsilon_computes_fewer_rows_and_stays_near(Kind kind) {
    SplittableRandom random = new SplittableRandom(8);
    Ckg graph = Models.graph(300, 500, 4000, random);
    Propagator model = Models.of(kind, graph, 8);
    EdgeChanges event = new EdgeChanges().add(0, 3, 4, 1);
    Memory exact = new Memory();
    Memory near = new Memory();
    long exactRows;
    long nearRows;
    try (Refresher refresher = start(model, graph, 0, exact)) {
      refresher.apply(event);
      exactRows = refresher.refresh(EVER).rowsComputed();
    }
    try (Refresher refresher = start(model, graph, 0.02f, near)) {
      refresher.apply(event);
      nearRows = refresher.refresh(EVER).rowsComputed();
      assertThat(refresher.staleness().largest()).isLessThan(0.02f);
    }
    assertThat(nearRows).isPositive().isLessThan(exactRows);
    double difference = 0;
    double length = 0;
    for (Map.Entry<String, float[]> entry : exact.vectors.entrySet()) {
      float[] other = near.of(entry.getKey());
      for (int d = 0; d < other.length; d++) {
        difference += Math.pow(entry.getValue()[d] - other[d], 2);
        length += Math.pow(other[d], 2);
      }
    }
    assertThat(Math.sqrt(difference / length)).isLessThan(0.02);
  }

  @Test
  void an_empty_graph_is_refreshed_from_nothing() {
    Ckg graph = Models.graph(1, 2, 0, new SplittableRandom(1));
    Propagator model = Models.of(Kind.KGAT, graph, 1);
    Memory memory = new Memory();
    Ckg empty = new org.espalier.kgat.graph.CkgBuilder(0, 0).build();
    try (Refresher refresher = start(model, empty, 0, memory)) {
      refresher.apply(new EdgeChanges().add(0, 0, 0, 1).add(1, 1, 1, 1));
      refresher.refresh(EVER);
    }
    assertThat(memory.vectors).containsOnlyKeys("u0", "e0", "e1");
  }
}
