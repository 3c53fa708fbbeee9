package org.espalier.service.propagation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import it.unimi.dsi.fastutil.floats.FloatArrayList;
import it.unimi.dsi.fastutil.ints.IntArrayList;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.assertj.core.api.Assertions;
import org.espalier.embeddings.arena.ArenaTable;
import org.espalier.embeddings.fit.Fit;
import org.espalier.embeddings.fit.FitSpec;
import org.espalier.embeddings.store.CatalogueUpdate;
import org.espalier.embeddings.store.Event;
import org.espalier.embeddings.store.Field;
import org.espalier.embeddings.store.Manifest;
import org.espalier.embeddings.store.Store;
import org.espalier.embeddings.store.StoreOptions;
import org.espalier.embeddings.store.TableHeader;
import org.espalier.embeddings.store.Triple;
import org.espalier.embeddings.table.Encoding;
import org.espalier.embeddings.table.MultiSizeTable;
import org.espalier.embeddings.table.StepListener;
import org.espalier.embeddings.table.VectorSource;
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

  private static PropagationPlan best() {
    return new PropagationPlan(
        Model.KGAT, Preset.BEST, List.of(8), null, 512, null, true, 1, 1, 0, 1L << 30);
  }

  @Test
  void the_best_preset_follows_what_comes_in_as_a_restart_does_and_says_why() {
    sendWorld();
    WorldTriple known = new SampleWorld(100, 80, 12_000, 3).triples().findFirst().orElseThrow();
    Made made = make(best());
    Manifest manifest = store.generations().manifest(made.generation());
    assertThat(made.refreshed()).isTrue();
    assertThat(manifest.hasArtefact(GraphGeneration.HISTORY_PROPAGATOR)).isTrue();
    assertThat(manifest.parameters()).containsEntry("preset", "best");
    try (Served served = new Served(made.generation(), 100)) {
      float[] before = served.user("u1");
      store.putItems(List.of(new CatalogueUpdate("fresh", "{}", List.of(), false, 0, -1)));
      store.putTriples(List.of(new Triple("fresh", known.relation(), known.tail(), 1, 0)));
      click("u1", "i70", "i71", "i72", "fresh");
      click("newcomer", "i1", "i2");
      click("erased", "i1", "i3");
      click("alone", "nothing is known of it");
      int erased = store.dictionary().find(Field.USER, "erased");
      int alone = store.dictionary().find(Field.USER, "alone");
      served.awaitApplied();
      await(() -> served.hasItem("fresh"));
      assertThat(served.user("u1")).isNotEqualTo(before);
      assertThat(served.hasUser(erased)).isTrue();
      assertThat(served.hasUser(alone)).as("others stand for them").isFalse();
      store.deleteUser("erased");
      assertThat(served.hasUser(erased)).as("before the erasure is answered").isFalse();
      store.deleteItem("i3", 1, -1);
      await(() -> !served.hasItem("i3"));
      click("u2", "i5");
      served.awaitApplied();
      try (Served restarted = new Served(made.generation(), 100)) {
        for (String user : List.of("u1", "u2", "u3", "newcomer")) {
          assertThat(served.user(user)).as(user).isEqualTo(restarted.user(user));
        }
        assertThat(served.item("fresh")).isEqualTo(restarted.item("fresh"));
        assertThat(restarted.hasUser(erased)).isFalse();
        assertThat(restarted.hasItem("i3")).isFalse();
      }
      List<Explanation> paths =
          served.session.explain(
              store.dictionary().find(Field.USER, "u1"),
              store.dictionary().find(Field.ENTITY, "fresh"),
              3);
      assertThat(paths).isNotEmpty();
      for (Explanation path : paths) {
        double product = 1;
        for (Explanation.Step step : path.steps()) {
          product *= step.weight();
        }
        assertThat(path.weight()).isPositive().isCloseTo(product, within(1e-5));
        assertThat(path.steps().getFirst().from()).isEqualTo("u1");
        assertThat(path.steps().getFirst().relation()).isEqualTo("interacts");
        if (path.steps().size() == 3) {
          assertThat(path.steps().get(1).to()).isEqualTo(known.tail());
          assertThat(path.steps().get(2).to()).isEqualTo("fresh");
        }
      }
      assertThat(served.live.refreshNow(() -> false).orElseThrow().largestAfter()).isZero();
    }
  }

  @Test
  void an_erased_user_leaves_no_base_row_in_any_generation() throws IOException {
    sendWorld();
    int generation = make(plan(Model.KGAT, 0)).generation();
    int user = store.dictionary().find(Field.USER, "u7");
    Map<Integer, byte[]> rows = userBase(generation);
    byte[] row = Objects.requireNonNull(rows.get(user));
    assertThat(row).hasSizeGreaterThan(8);
    assertThat(stored(generation)).as("or the test sees nothing").contains(text(row));
    try (Served served = new Served(generation, 100)) {
      assertThat(served.hasUser(user)).isTrue();
      store.deleteUser("u7");
    }
    assertThat(userBase(generation)).doesNotContainKey(user).hasSize(rows.size() - 1);
    assertThat(stored(generation)).doesNotContain(text(row));
    assertThat(store.verify().sound()).isTrue();
    try (Served restarted = new Served(generation, 100)) {
      assertThat(restarted.hasUser(user)).isFalse();
      assertThat(restarted.user("u8")).isNotEmpty();
    }
  }

  private Map<Integer, byte[]> userBase(int generation) {
    Map<Integer, byte[]> rows = new HashMap<>();
    store
        .generations()
        .rows(
            generation,
            GraphGeneration.USER_BASE,
            (token, size, encoding, payload) -> rows.put(token, payload.clone()));
    return rows;
  }

  /** All rows and the artefact of a generation, as text of one byte a character. */
  private String stored(int generation) throws IOException {
    StringBuilder all = new StringBuilder();
    for (String table : List.of("user", "item", GraphGeneration.USER_BASE)) {
      store
          .generations()
          .rows(generation, table, (token, size, encoding, payload) -> all.append(text(payload)));
    }
    Path file = directory.resolve("artefact");
    store.generations().artefact(generation, GraphGeneration.PROPAGATOR, file);
    byte[] artefact = Files.readAllBytes(file);
    all.append(text(artefact));
    for (int i = 0; i + 3 < artefact.length; i += 4) { // floats of the file are big-endian
      for (int b = 3; b >= 0; b--) {
        all.append((char) (artefact[i + b] & 0xff));
      }
    }
    return all.toString();
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private static PropagationPlan fitted(Model model, double keep, double heldOut) {
    PropagationPlan whole = plan(model, heldOut);
    return new PropagationPlan(
        whole.model(),
        whole.preset(),
        whole.layers(),
        whole.dim(),
        whole.batch(),
        whole.epochsMax(),
        whole.knowledge(),
        whole.seed(),
        whole.threads(),
        whole.heldOut(),
        whole.memoryBytesMax(),
        new PropagationPlan.ItemFit(keep, Encoding.FP32));
  }

  /** All rows of a table of a generation in the order of their tokens. */
  private float[] rows(int generation, String name, IntArrayList tokens) {
    FloatArrayList all = new FloatArrayList();
    store
        .generations()
        .rows(
            generation,
            name,
            (token, size, encoding, payload) -> {
              float[] row = new float[size];
              encoding.decode(payload, size, row, 0);
              tokens.add(token);
              all.addElements(all.size(), row);
            });
    return all.toFloatArray();
  }

  @ParameterizedTest
  @EnumSource(names = {"KGAT", "LIGHTGCN"})
  void shortened_item_vectors_are_served_as_a_fit_to_the_same_vectors_has_them(Model model) {
    sendWorld();
    double keep = 0.6;
    int whole = make(plan(model, 0.1)).generation(); // so that the epochs are as many
    Made made = make(fitted(model, keep, 0.1));
    IntArrayList items = new IntArrayList();
    float[] itemVectors = rows(whole, "item", items);
    int dim = store.generations().manifest(whole).dim();
    MultiSizeTable expected =
        Fit.fit(
                "item",
                "entity",
                items.toIntArray(),
                VectorSource.of("items", dim, itemVectors),
                VectorSource.of("users", dim, rows(whole, "user", new IntArrayList())),
                FitSpec.of(keep, dim),
                StepListener.NONE)
            .table();
    Manifest manifest = store.generations().manifest(made.generation());
    assertThat(manifest.number("fit_keep_stored")).isLessThanOrEqualTo(keep);
    assertThat(manifest.number("fit_bytes")).isLessThan(manifest.number("fit_full_bytes"));
    assertThat(manifest.metrics()).containsKeys("ndcg@20", "whole ndcg@20");
    assertThat(made.fit()).isPresent();
    try (Served served = new Served(made.generation(), 100)) {
      float[] vector = new float[dim];
      Set<Integer> sizes = new HashSet<>();
      for (int item : items) {
        if (served.items.contains(item)) { // one of zeros is not
          assertThat(served.items.sizeOf(item)).isEqualTo(expected.sizeOf(item));
          sizes.add(expected.sizeOf(item));
          expected.copyVector(item, vector, 0);
          assertThat(vector(served.items, item)).containsExactly(vector, within(0.02f));
        }
      }
      assertThat(sizes).hasSizeGreaterThan(1);
    }
  }

  @Test
  void what_a_refresh_publishes_is_cut_as_the_fit_did_and_new_items_get_a_size_by_its_price() {
    sendWorld();
    WorldTriple known = new SampleWorld(100, 80, 12_000, 3).triples().findFirst().orElseThrow();
    int generation = make(fitted(Model.KGAT, 0.6, 0)).generation();
    try (Served served = new Served(generation, 100)) {
      int item = store.dictionary().find(Field.ENTITY, "i70");
      int size = served.items.sizeOf(item);
      float[] before = served.item("i70");
      for (int user = 0; user < 60; user++) {
        click("u" + user, "i70", "fresh");
      }
      store.putTriples(List.of(new Triple("fresh", known.relation(), known.tail(), 1, 0)));
      served.awaitApplied();
      await(() -> served.hasItem("fresh"));
      assertThat(served.items.sizeOf(item)).isEqualTo(size);
      assertThat(served.item("i70")).isNotEqualTo(before);
      click("u1", "i5");
      served.awaitApplied();
      try (Served restarted = new Served(generation, 100)) {
        int fresh = store.dictionary().find(Field.ENTITY, "fresh");
        assertThat(served.items.sizeOf(fresh)).isEqualTo(restarted.items.sizeOf(fresh));
        assertThat(served.item("fresh")).containsExactly(restarted.item("fresh"), within(1e-3f));
        assertThat(served.item("i70")).containsExactly(restarted.item("i70"), within(1e-3f));
      }
    }
    assertThatThrownBy(() -> make(fitted(Model.KGAT, 0.05, 0)))
        .isInstanceOf(PropagationException.class)
        .hasMessageContaining("keep at least");
  }
}
