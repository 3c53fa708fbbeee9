package org.espalier.service.propagation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.assertj.core.api.Assertions;
import org.espalier.embeddings.arena.ArenaTable;
import org.espalier.embeddings.store.CatalogueUpdate;
import org.espalier.embeddings.store.Event;
import org.espalier.embeddings.store.Field;
import org.espalier.embeddings.store.Manifest;
import org.espalier.embeddings.store.Store;
import org.espalier.embeddings.store.StoreOptions;
import org.espalier.embeddings.store.TableHeader;
import org.espalier.embeddings.store.Triple;
import org.espalier.kgat.explain.Explanation;
import org.espalier.learning.data.world.SampleWorld;
import org.espalier.learning.data.world.WorldEvent;
import org.espalier.learning.data.world.WorldTriple;
import org.espalier.service.platform.GraphGeneration;
import org.espalier.service.platform.InteractionProperties;
import org.espalier.service.platform.LiveVectors;
import org.espalier.service.propagation.PropagationPlan.Model;
import org.espalier.service.propagation.PropagationPlan.Preset;
import org.espalier.service.propagation.PropagationResult.Made;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class LivePropagationTest {

  private static final StoreOptions OPTIONS =
      StoreOptions.defaults().withSync(StoreOptions.Sync.OFF).withFreeDiskBytesMin(0);
  private static final InteractionProperties INTERACTIONS = new InteractionProperties(Map.of(), 1);
  private static final long PATIENCE_NS = 60_000_000_000L;

  @TempDir Path directory;
  private Store store;
  private PropagationTrainer trainer;

  @BeforeEach
  void open() {
    store = Store.open(directory.resolve("store"), OPTIONS);
    trainer = new PropagationTrainer(store, INTERACTIONS, Clock.systemUTC(), "1.2.3");
  }

  @AfterEach
  void close() {
    store.close();
  }

  private static PropagationPlan plan(Model model, double heldOut) {
    return new PropagationPlan(
        model, Preset.PAPER, List.of(8, 4), 8, 512, 3, true, 1, 1, heldOut, 1L << 30);
  }

  private Made make(PropagationPlan plan) {
    return (Made) trainer.make(plan, directory, quiet(), () -> false);
  }

  private static PropagationListener quiet() {
    return new PropagationListener() {
      @Override
      public void phase(PropagationPhase phase) {}

      @Override
      public void progress(double share, String note) {}
    };
  }

  private void sendWorld() {
    SampleWorld world = new SampleWorld(100, 80, 12_000, 3);
    List<Triple> triples = new ArrayList<>();
    for (WorldTriple triple : world.triples().toList()) {
      triples.add(new Triple(triple.head(), triple.relation(), triple.tail(), 1, 0));
    }
    store.putTriples(triples); // first, so that ids are not in the order of the graph's
    List<Event> events = new ArrayList<>();
    for (Iterator<WorldEvent> all = world.events(); all.hasNext(); ) {
      WorldEvent e = all.next();
      events.add(
          new Event(
              e.eventId(),
              e.type(),
              e.userId(),
              e.itemId(),
              e.click() ? 1 : 0,
              e.timeMs(),
              null,
              null));
    }
    store.append(events);
  }

  private void click(String user, String... items) {
    List<Event> events = new ArrayList<>();
    for (String item : items) {
      events.add(new Event(null, "click", user, item, 1, 0, null, null));
    }
    store.append(events);
  }

  /** A generation as it serves, with a refresh of its own. */
  private final class Served implements AutoCloseable {
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final LivePropagation live;
    private final ArenaTable users;
    private final ArenaTable items;
    private final LiveVectors.Session session;

    Served(int generation, int queueMax) {
      RefreshProperties properties =
          new RefreshProperties(true, 0, Duration.ofMillis(50), 100, queueMax, 1);
      Manifest manifest = store.generations().manifest(generation);
      live = new LivePropagation(store, INTERACTIONS, properties, meters);
      users = table(generation, "user");
      items = table(generation, "item");
      session = live.open(manifest, users, items).orElseThrow();
    }

    private ArenaTable table(int generation, String name) {
      TableHeader header = store.generations().header(generation, name);
      return ArenaTable.create(header.shape(), header.basis(), header.defaultRow());
    }

    void awaitApplied() {
      await(() -> session.appliedSequence() >= store.lastSequence());
    }

    float[] user(String id) {
      return vector(users, store.dictionary().find(Field.USER, id));
    }

    float[] item(String id) {
      return vector(items, store.dictionary().find(Field.ENTITY, id));
    }

    boolean hasItem(String id) {
      return items.contains(store.dictionary().find(Field.ENTITY, id));
    }

    boolean hasUser(int user) {
      return users.contains(user);
    }

    float scoreOfOther(String user, String entity) {
      float[] scores = {Float.NaN};
      int[] entities = {store.dictionary().find(Field.ENTITY, entity)};
      session.scoreOthers(user(user), entities, 1, scores);
      return scores[0];
    }

    double restarts() {
      return meters.get("espalier.refresh.restarts").counter().count();
    }

    @Override
    public void close() {
      try (items;
          users;
          live;
          session) {
        assertThat(session).isNotNull();
      }
    }
  }

  private static float[] vector(ArenaTable table, int token) {
    float[] vector = new float[table.dim()];
    assertThat(token >= 0 && table.copyVector(token, vector, 0)).as("has a vector").isTrue();
    return vector;
  }

  private static void await(BooleanSupplier condition) {
    long endNs = System.nanoTime() + PATIENCE_NS;
    while (!condition.getAsBoolean()) {
      Assertions.assertThat(System.nanoTime()).as("patience").isLessThan(endNs);
      LockSupport.parkNanos(2_000_000);
    }
  }

  @ParameterizedTest
  @EnumSource
  void a_generation_holds_vectors_metrics_and_the_propagator_that_makes_the_same_vectors_again(
      Model model) {
    sendWorld();
    Made made = make(plan(model, 0.1));
    Manifest manifest = store.generations().manifest(made.generation());
    assertThat(manifest.model()).isEqualTo(model.name().toLowerCase(Locale.ROOT));
    assertThat(manifest.hasArtefact(GraphGeneration.PROPAGATOR)).isTrue();
    assertThat(manifest.provenance().toSequence()).isEqualTo(store.lastSequence());
    assertThat(manifest.metrics()).containsKeys("ndcg@20", "popularity ndcg@20");
    assertThat(store.generations().active()).isEmpty();
    assertThat(directory.resolve("propagator")).doesNotExist();
    try (Served served = new Served(made.generation(), 100)) {
      int[] compared = {0};
      for (ArenaTable table : List.of(served.users, served.items)) {
        store
            .generations()
            .rows(
                made.generation(),
                table.shape().name(),
                (token, size, encoding, payload) -> {
                  float[] stored = new float[size];
                  encoding.decode(payload, size, stored, 0);
                  if (IntStream.range(0, size).allMatch(d -> stored[d] == 0)) {
                    assertThat(table.contains(token)).as("zeros say nothing").isFalse();
                  } else {
                    assertThat(vector(table, token))
                        .usingComparatorWithPrecision(2e-3f)
                        .containsExactly(stored);
                  }
                  compared[0]++;
                });
      }
      assertThat(compared[0]).isEqualTo(made.users() + made.items());
    }
  }

  @ParameterizedTest
  @EnumSource
  void what_comes_in_is_in_the_vectors_as_if_everything_had_been_propagated_anew(Model model) {
    sendWorld();
    int generation = make(plan(model, 0)).generation();
    try (Served served = new Served(generation, 100)) {
      float[] before = served.user("u1");
      click("u1", "i70", "i71", "i72", "i73");
      click("newcomer", "i1", "i2");
      click("erased", "i1", "i3");
      int erased = store.dictionary().find(Field.USER, "erased");
      served.awaitApplied();
      assertThat(served.user("u1")).isNotEqualTo(before);
      assertThat(served.user("newcomer")).as("with events alone").hasSize(before.length);
      assertThat(served.hasUser(erased)).isTrue();
      store.deleteUser("erased");
      assertThat(served.hasUser(erased)).as("before the erasure is answered").isFalse();
      click("u2", "i5");
      served.awaitApplied();
      assertThat(served.hasUser(erased)).isFalse();
      assertThat(served.meters.get("espalier.refresh.visible").timer().count()).isPositive();
      assertThat(served.meters.get("espalier.refresh.queue.depth").gauge().value()).isZero();
      try (Served restarted = new Served(generation, 100)) {
        for (String user : List.of("u1", "u2", "newcomer")) {
          assertThat(served.user(user))
              .usingComparatorWithPrecision(1e-4f)
              .containsExactly(restarted.user(user));
        }
        assertThat(served.item("i70"))
            .usingComparatorWithPrecision(1e-4f)
            .containsExactly(restarted.item("i70"));
        assertThat(restarted.hasUser(erased)).isFalse();
      }
    }
  }

  @Test
  void an_entity_is_ranked_with_triples_alone_and_recommended_once_it_has_a_record_or_an_event() {
    sendWorld();
    WorldTriple known = new SampleWorld(100, 80, 12_000, 3).triples().findFirst().orElseThrow();
    try (Served served = new Served(make(plan(Model.KGAT, 0)).generation(), 100)) {
      store.putTriples(
          List.of(
              new Triple("fresh", known.relation(), known.tail(), 1, 0),
              new Triple("other", known.relation(), known.tail(), 1, 0)));
      await(() -> !Float.isNaN(served.scoreOfOther("u1", "fresh")));
      assertThat(served.hasItem("fresh")).isFalse();
      assertThat(served.hasItem(known.tail())).as("no item").isFalse();
      store.putItems(List.of(new CatalogueUpdate("fresh", "{}", List.of(), false, 0, -1)));
      await(() -> served.hasItem("fresh"));
      click("u1", "other");
      await(() -> served.hasItem("other"));
      assertThat(served.scoreOfOther("u1", "other")).as("no longer among others").isNaN();
      float[] vector = served.item("fresh");
      store.deleteItem("fresh", 1, -1);
      await(() -> !served.hasItem("fresh"));
      click("u1", "fresh");
      served.awaitApplied();
      assertThat(served.hasItem("fresh")).as("deleted, whatever comes").isFalse();
      store.putItems(List.of(new CatalogueUpdate("fresh", "{}", List.of(), false, 0, -1)));
      await(() -> served.hasItem("fresh"));
      assertThat(served.item("fresh")).as("back, with an event more").isNotEqualTo(vector);
      store.deleteTriples(List.of(new Triple("other", known.relation(), known.tail(), 1, 0)));
      click("u3", "other");
      served.awaitApplied();
      List<Explanation> paths =
          served.session.explain(
              store.dictionary().find(Field.USER, "u3"),
              store.dictionary().find(Field.ENTITY, "other"),
              3);
      assertThat(paths.getFirst().steps().getFirst().relation()).isEqualTo("interacts");
      assertThat(paths.getFirst().steps().getFirst().to()).isEqualTo("other");
      assertThat(paths)
          .allSatisfy(path -> {
            double product = 1;
            for (Explanation.Step step : path.steps()) {
              product *= step.weight();
            }
            assertThat(path.weight()).isCloseTo(product, within(1e-6));
          });
    }
  }

  @Test
  void more_triples_than_may_wait_hold_nobody_up_and_are_all_seen_in_the_end() {
    sendWorld();
    try (Served served = new Served(make(plan(Model.LIGHTGCN, 0)).generation(), 5)) {
      List<Triple> many = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        many.add(new Triple("many" + i, "by", "somebody", 1, 0));
      }
      store.putTriples(many);
      click("newcomer", "i1");
      served.awaitApplied();
      await(() -> served.restarts() > 0);
      served.awaitApplied();
      assertThat(served.user("newcomer")).isNotEmpty();
      click("second", "i1");
      served.awaitApplied();
      assertThat(served.user("second")).as("it goes on after that").isNotEmpty();
    }
  }

  @Test
  void a_refresh_on_demand_leaves_no_residual() {
    sendWorld();
    try (Served served = new Served(make(plan(Model.KGAT, 0)).generation(), 100)) {
      click("u1", "i70", "i71");
      PropagationJobs.Refreshed refreshed = served.live.refreshNow(() -> false).orElseThrow();
      assertThat(refreshed.largestAfter()).isZero();
      assertThat(refreshed.applied()).isEqualTo(store.lastSequence());
      assertThat(served.live.refreshNow(() -> true)).isEmpty();
    }
  }

  @Test
  void what_cannot_be_made_is_refused_in_one_line_and_leaves_nothing() {
    assertThatThrownBy(() -> make(plan(Model.FASTRP, 0)))
        .isInstanceOf(PropagationException.class)
        .hasMessageContaining("no interactions");
    sendWorld();
    PropagationPlan small =
        new PropagationPlan(
            Model.KGAT, Preset.PAPER, List.of(8), 8, 512, 1, true, 1, 1, 0, 1L << 16);
    assertThatThrownBy(() -> make(small))
        .isInstanceOf(PropagationException.class)
        .hasMessageContaining("MB of memory");
    assertThatThrownBy(() -> plan(Model.KGAT, 0.9)).hasMessageContaining("held_out");
    assertThat(store.generations().list()).isEmpty();
  }

  @Test
  void a_cancelled_propagation_leaves_no_generation_wherever_it_was() {
    sendWorld();
    PropagationPlan plan = plan(Model.KGAT, 0.1);
    AtomicInteger asked = new AtomicInteger();
    trainer.make(plan, directory, quiet(), () -> asked.incrementAndGet() < 0);
    int before = store.generations().list().size();
    for (int at = 0; at < asked.get(); at += Math.max(1, asked.get() / 6)) {
      AtomicInteger left = new AtomicInteger(at);
      assertThat(trainer.make(plan, directory, quiet(), () -> left.getAndDecrement() <= 0))
          .isInstanceOf(PropagationResult.Cancelled.class);
    }
    assertThat(store.generations().list()).hasSize(before);
    assertThat(directory.resolve("propagator")).doesNotExist();
  }

  @Test
  void the_best_preset_makes_vectors_that_stay_as_they_are() {
    sendWorld();
    PropagationPlan best =
        new PropagationPlan(
            Model.KGAT, Preset.BEST, List.of(8), null, 512, null, true, 1, 1, 0, 1L << 30);
    Made made = make(best);
    Manifest manifest = store.generations().manifest(made.generation());
    assertThat(made.refreshed()).isEqualTo(manifest.hasArtefact(GraphGeneration.PROPAGATOR));
    assertThat(manifest.parameters()).containsEntry("preset", "best");
  }
}
