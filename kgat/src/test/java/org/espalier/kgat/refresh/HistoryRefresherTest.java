package org.espalier.kgat.refresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.espalier.kgat.explain.GraphPath;
import org.espalier.kgat.graph.Ckg;
import org.espalier.kgat.graph.CkgBuilder;
import org.espalier.kgat.graph.EdgeChanges;
import org.espalier.kgat.graph.LiveCkg;
import org.espalier.kgat.graph.Row;
import org.espalier.kgat.history.ClosedFormSpec;
import org.espalier.kgat.history.EncoderSpec;
import org.espalier.kgat.history.HistoryPropagator;
import org.espalier.kgat.history.HistoryPropagator.Attribution;
import org.espalier.kgat.history.HistoryPropagatorFile;
import org.espalier.kgat.history.HistoryTraining;
import org.espalier.kgat.refresh.Models.Memory;
import org.espalier.learning.data.Interactions;
import org.espalier.learning.kernel.Workers;
import org.espalier.learning.train.TrainingListener;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class HistoryRefresherTest {

  private static final Duration EVER = Duration.ofHours(1);
  private static final int USERS = 15;
  private static final int ITEMS = 20; // then five genres, then what comes later
  private static final int GENRES = 5;

  @TempDir Path directory;

  /** A trained model, its graph, and the vectors that training made. */
  private record World(HistoryTraining training, Ckg graph) {

    static World of(long seed) {
      SplittableRandom random = new SplittableRandom(seed);
      Interactions.Builder interactions = new Interactions.Builder(false, true);
      CkgBuilder graph = new CkgBuilder(USERS, ITEMS + GENRES);
      for (int user = 0; user < USERS; user++) {
        int[] items = random.ints(1 + random.nextInt(8), 0, ITEMS).distinct().toArray();
        for (int i = 0; i < items.length; i++) {
          interactions.add(user, items[i], 1, i);
          graph.interaction(user, items[i], 1);
        }
      }
      for (int item = 0; item < ITEMS; item++) {
        graph.triple(item, 1, ITEMS + random.nextInt(GENRES));
        graph.triple(item, 2, ITEMS + random.nextInt(GENRES));
      }
      Ckg built = graph.build();
      try (Workers workers = new Workers(1)) {
        HistoryTraining training =
            HistoryTraining.run(
                interactions.build(USERS, ITEMS),
                built,
                new ClosedFormSpec(6, 2, 0.5f, 2, 4),
                new EncoderSpec(7, 0.5f, 0.2f, -0.25f, 1e-2, 1e-5f, 8, 5, 0, false, 0),
                2,
                _ -> Double.NaN,
                seed,
                workers,
                TrainingListener.none(),
                () -> false);
        return new World(training, built);
      }
    }

    HistoryPropagator model() {
      return training.propagator();
    }

    Refresher start(VectorSink sink) {
      return start(graph, sink);
    }

    Refresher start(Ckg from, VectorSink sink) {
      return Refresher.start(model(), from, 2, Runnable::run, sink);
    }
  }

  @ParameterizedTest(name = "seed={0}")
  @ValueSource(longs = {1, 2, 3})
  void a_start_gives_the_vectors_of_training_and_a_file_the_same_again(long seed) throws Exception {
    World world = World.of(seed);
    Path file = directory.resolve("model");
    HistoryPropagatorFile.write(world.model(), file);
    Memory read = new Memory();
    Refresher.start(HistoryPropagatorFile.read(file), world.graph, 1, Runnable::run, read).close();

    int dim = world.model().dim();
    for (int user = 0; user < USERS; user++) {
      assertThat(read.of("u" + user))
          .containsExactly(row(world.training.vectors().users(), user, dim), within(1e-6f));
    }
    for (int item = 0; item < ITEMS; item++) {
      assertThat(read.of("e" + item))
          .containsExactly(row(world.training.vectors().items(), item, dim));
    }
    assertThat(read.vectors).as("genres have none").hasSize(USERS + ITEMS);
  }

  private static float[] row(float[] rows, int row, int dim) {
    return Arrays.copyOfRange(rows, row * dim, (row + 1) * dim);
  }

  private static EdgeChanges changes(SplittableRandom random, int users, int entities) {
    EdgeChanges changes = new EdgeChanges();
    for (int i = 1 + random.nextInt(6); i > 0; i--) {
      int entity = random.nextInt(entities);
      int genre = ITEMS + random.nextInt(GENRES);
      int relation = 1 + random.nextInt(3); // one that training did not know
      switch (random.nextInt(12)) {
        case 0, 1, 2, 3, 4 -> changes.set(0, random.nextInt(users), entity, 1);
        case 5, 6, 7 -> changes.set(relation, entity, genre, 1);
        case 8 -> changes.set(relation, genre, entity, 1);
        case 9 -> changes.remove(relation, entity, genre);
        case 10 -> changes.removeUser(random.nextInt(users));
        default -> changes.removeEntity(random.nextBoolean() ? entity : genre);
      }
    }
    return changes;
  }

  @ParameterizedTest(name = "seed={0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void after_any_events_the_vectors_are_bit_for_bit_those_of_a_start_from_the_same_graph(
      long seed) {
    World world = World.of(seed);
    SplittableRandom random = new SplittableRandom(seed);
    Memory memory = new Memory();
    try (Refresher refresher = world.start(memory)) {
      for (int step = 0; step < 60; step++) {
        refresher.apply(changes(random, USERS + step, ITEMS + GENRES + step)); // outgrows the room
        refresher.refresh(EVER);
        assertThat(refresher.staleness().rowsDue()).isZero();
        if (step % 5 == 4) {
          Memory anew = new Memory();
          Ckg now = refresher.graph().snapshot();
          world.start(now, anew).close();
          Map<String, float[]> expected = withoutIsolatedItems(anew, now);
          Map<String, float[]> refreshed = withoutIsolatedItems(memory, now);
          assertThat(refreshed.keySet()).isEqualTo(expected.keySet());
          refreshed.forEach(
              (node, vector) -> assertThat(vector).as(node).isEqualTo(expected.get(node)));
        }
      }
    }
    assertThat(memory.vectors.size()).isGreaterThan(USERS + ITEMS);
  }

  /** An item that was removed and has not come back has no vector, which a start cannot know. */
  private static Map<String, float[]> withoutIsolatedItems(Memory memory, Ckg graph) {
    Map<String, float[]> vectors = new HashMap<>(memory.vectors);
    for (int item = 0; item < ITEMS; item++) {
      int node = graph.nodeOfEntity(item);
      if (graph.begin(node) == graph.end(node)) {
        vectors.remove("e" + item);
      }
    }
    return vectors;
  }

  @Test
  void an_event_changes_its_user_alone_and_a_user_without_a_history_has_no_vector() {
    World world = World.of(1);
    Memory memory = new Memory();
    try (Refresher refresher = world.start(memory)) {
      Map<String, float[]> before = new HashMap<>(memory.vectors);
      refresher.apply(new EdgeChanges().set(0, 99, 3, 1).set(0, 98, 7_000, 1));
      RefreshReport report = refresher.refresh(Duration.ZERO);
      assertThat(report.vectorsPublished()).isEqualTo(1);
      assertThat(report.rowsLeft()).isZero();
      assertThat(memory.vectors).containsKey("u99").doesNotContainKey("u98");
      refresher.apply(new EdgeChanges().removeUser(99));
      refresher.refresh(EVER);
      assertThat(memory.vectors).isEqualTo(before);
    }
  }

  @Test
  void a_new_item_is_the_mean_of_its_attributes_and_counts_in_the_histories_of_its_users() {
    World world = World.of(2);
    int fresh = ITEMS + GENRES + 3;
    Memory memory = new Memory();
    try (Refresher refresher = world.start(memory)) {
      refresher.apply(new EdgeChanges().set(0, 40, fresh, 1));
      refresher.refresh(EVER);
      assertThat(memory.vectors).doesNotContainKeys("e" + fresh, "u40");
      refresher.apply(new EdgeChanges().set(1, fresh, ITEMS, 1).set(1, fresh, ITEMS + 77, 1));
      refresher.refresh(EVER);
      float[] mean = new float[world.model().dim()];
      int members = 0;
      Row row = new Row();
      refresher.graph().row(refresher.graph().nodeOfEntity(ITEMS), row);
      for (int e = row.begin(); e < row.end(); e++) {
        int item = row.tail(e) - refresher.graph().userRoom();
        boolean member = row.relation(e) == refresher.graph().inverse(1) && item < ITEMS;
        for (int d = 0; member && d < mean.length; d++) {
          mean[d] += memory.of("e" + item)[d];
        }
        members += member ? 1 : 0;
      }
      for (int d = 0; d < mean.length; d++) {
        mean[d] /= members;
      }
      assertThat(members).isPositive();
      assertThat(memory.of("e" + fresh)).containsExactly(mean, within(1e-5f));
      assertThat(memory.vectors).containsKey("u40");
    }
  }

  /** What each item of a user's history adds to a score, and that it all adds up. */
  private static Map<Integer, Double> additions(
      World world, LiveCkg graph, int user, float[] item) {
    HistoryPropagator model = world.model();
    float[] sum = new float[model.sourceDim()];
    Row row = new Row();
    graph.row(user, row);
    for (int e = row.begin(); e < row.end(); e++) {
      model.addSource(1, model.rowOf(row.tail(e) - graph.userRoom()), sum, 0);
    }
    Attribution attribution = model.attribution(sum, row.size(), item);
    Map<Integer, Double> additions = new HashMap<>();
    double total = attribution.baseline();
    for (int e = row.begin(); e < row.end(); e++) {
      int entity = row.tail(e) - graph.userRoom();
      double added = model.sourceDot(model.rowOf(entity), attribution.gradient());
      additions.put(entity, added);
      total += added;
    }
    float[] vector = new float[model.dim()];
    model.encode(sum, row.size(), vector, 0);
    double score = 0;
    for (int d = 0; d < vector.length; d++) {
      score += (double) vector[d] * item[d];
    }
    assertThat(total).as("user %d", user).isCloseTo(score, within(1e-4));
    return additions;
  }

  @ParameterizedTest(name = "seed={0}")
  @ValueSource(longs = {1, 2, 3})
  void paths_exist_and_add_up_to_what_each_item_of_the_history_adds_to_the_score(long seed) {
    World world = World.of(seed);
    Memory memory = new Memory();
    int viaAttributes = 0;
    try (Refresher refresher = world.start(memory)) {
      LiveCkg graph = refresher.graph();
      for (int user = 0; user < USERS; user++) {
        for (int item = 0; item < ITEMS; item++) {
          int to = graph.nodeOfEntity(item);
          List<GraphPath> paths = refresher.paths().strongest(user, to, Integer.MAX_VALUE);
          Map<Integer, Double> byItem = new HashMap<>();
          double before = Double.MAX_VALUE;
          for (GraphPath path : paths) {
            assertThat(path.weight()).isPositive().isLessThanOrEqualTo(before);
            before = path.weight();
            assertIsPath(graph, path, user, to);
            viaAttributes += path.hops().size() == 3 ? 1 : 0;
            int through = path.hops().getFirst().tail() - graph.userRoom();
            byItem.merge(through, path.weight(), Double::sum);
          }
          Map<Integer, Double> additions = additions(world, graph, user, memory.of("e" + item));
          additions.values().removeIf(added -> added <= 0);
          assertThat(byItem.keySet()).isEqualTo(additions.keySet());
          byItem.forEach(
              (through, sum) -> assertThat(sum).isCloseTo(additions.get(through), within(1e-5)));
          assertThat(refresher.paths().strongest(user, to, 2))
              .isEqualTo(paths.subList(0, Math.min(2, paths.size())));
        }
      }
      assertThat(refresher.paths().strongest(0, graph.nodeOfEntity(ITEMS), 3)).isEmpty();
    }
    assertThat(viaAttributes).isPositive();
  }

  private static void assertIsPath(LiveCkg graph, GraphPath path, int from, int to) {
    int node = from;
    double product = 1;
    Row row = new Row();
    for (GraphPath.Hop hop : path.hops()) {
      assertThat(hop.head()).isEqualTo(node);
      graph.row(node, row);
      assertThat(row.find(hop.relation(), hop.tail())).as("an edge of the graph").isNotNegative();
      product *= hop.weight();
      node = hop.tail();
    }
    assertThat(path.weight()).isCloseTo(product, within(1e-6));
    assertThat(path.hops()).hasSizeBetween(1, 3);
    assertThat(node == to || path.hops().size() == 1).isTrue();
  }

  @Test
  void an_item_that_came_later_is_explained_by_what_it_shares() {
    World world = World.of(3);
    int fresh = ITEMS + GENRES;
    try (Refresher refresher = world.start(new Memory())) {
      LiveCkg graph = refresher.graph();
      for (int genre = ITEMS; genre < ITEMS + GENRES; genre++) {
        refresher.apply(new EdgeChanges().set(1, fresh, genre, 1));
      }
      refresher.refresh(EVER);
      int explained = 0;
      for (int user = 0; user < USERS; user++) {
        List<GraphPath> paths = refresher.paths().strongest(user, graph.nodeOfEntity(fresh), 3);
        explained += paths.isEmpty() ? 0 : 1;
        for (GraphPath path : paths) {
          assertThat(path.hops()).hasSize(3);
          assertIsPath(graph, path, user, graph.nodeOfEntity(fresh));
        }
      }
      assertThat(explained).isPositive();
    }
  }
}
