package org.espalier.service.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.espalier.embeddings.arena.ArenaTable;
import org.espalier.embeddings.store.Event;
import org.espalier.embeddings.store.Field;
import org.espalier.embeddings.store.Store;
import org.espalier.embeddings.store.StoreOptions;
import org.espalier.learning.data.world.SampleWorld;
import org.espalier.learning.data.world.WorldEvent;
import org.espalier.search.job.Candidate;
import org.espalier.search.job.SearchJob;
import org.espalier.search.job.SearchSpec;
import org.espalier.search.size.Method;
import org.espalier.service.platform.InteractionProperties;
import org.espalier.service.platform.MfGeneration;
import org.espalier.service.platform.ServedTables;
import org.espalier.service.platform.TypeWeights;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(ReplaceUnderscores.class)
class SizeDriftTest {

  private static final InteractionProperties CLICKS = new InteractionProperties(Map.of(), 1);
  private static final DriftProperties PROPERTIES =
      new DriftProperties(true, Duration.ofHours(1), 2_000, 1_000);

  @TempDir Path directory;
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final List<Candidate> candidates = new ArrayList<>();
  private Store store;
  private Optional<Pruned> served = Optional.empty();
  private SizeDrift drift;

  /** A pruned generation in memory. */
  private record Pruned(int generation, long logPosition, ArenaTable users, ArenaTable items)
      implements ServedTables.Lent {
    @Override
    public void close() {
      // lent again and again
    }
  }

  @BeforeEach
  void open() {
    store =
        Store.open(
            directory.resolve("store"),
            StoreOptions.defaults().withSync(StoreOptions.Sync.OFF).withFreeDiskBytesMin(0));
    TypeWeights weights = new TypeWeights(store.dictionary(), CLICKS);
    drift = new SizeDrift(store, () -> served.map(lent -> lent), weights, PROPERTIES, meters);
  }

  @AfterEach
  void close() {
    drift.stop();
    served.ifPresent(lent -> {
      lent.users().close();
      lent.items().close();
    });
    store.close();
  }

  @Test
  void without_a_generation_nothing_is_known() {
    sendWorld();
    drift.look();
    assertThat(drift.current()).isEmpty();
    assertThat(drift.userWeights(new int[] {0, 1})).containsExactly(1, 1);
  }

  @Test
  void sizes_drift_when_other_users_come_to_the_fore_and_not_before() {
    sendWorld();
    serve();
    drift.look();
    assertThat(drift.current()).hasValue(0);

    for (int i = 0; i < 3_000; i++) {
      click(100 + i % 10, i % 40, "later" + i); // rare ones until now
    }
    drift.look();
    assertThat(drift.current().orElseThrow()).isBetween(0.02, 1.0);
    assertThat(meters.get("espalier.sizes.drift").gauge().value())
        .isEqualTo(drift.current().orElseThrow());
    assertThat(meters.get("espalier.sizes.behind").gauge().value()).isZero();
    assertThat(meters.get("espalier.sizes.bytes").gauge().value()).isPositive();

    int favourite = store.dictionary().find(Field.USER, "u101");
    int other = store.dictionary().find(Field.USER, "u1");
    float[] weights = drift.userWeights(new int[] {favourite, other});
    assertThat(weights[0]).isGreaterThan(1.2f);
    assertThat(weights[1]).isBetween(0.5f, 0.8f);
  }

  @Test
  void what_counts_is_read_again_after_a_restart() {
    sendWorld();
    serve();
    for (int i = 0; i < 1_000; i++) {
      click(100 + i % 10, i % 40, "later" + i);
    }
    drift.look();
    TypeWeights weights = new TypeWeights(store.dictionary(), CLICKS);
    SizeDrift restarted =
        new SizeDrift(
            store, () -> served.map(lent -> lent), weights, PROPERTIES, new SimpleMeterRegistry());
    restarted.look();
    assertThat(restarted.current()).isEqualTo(drift.current()).isPresent();
  }

  @Test
  void the_follower_looks_by_itself_and_stops_at_once() throws InterruptedException {
    sendWorld();
    serve();
    drift.start();
    long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (drift.current().isEmpty() && System.nanoTime() < deadline) {
      Thread.sleep(10);
    }
    assertThat(drift.current()).hasValue(0);
    drift.stop();
    assertThat(drift.isRunning()).isFalse();
  }

  private void serve() {
    SearchStore searches = new SearchStore(store, CLICKS, Clock.systemUTC(), "1");
    SearchSpec spec = SearchSpec.of(Method.PME, 0.1, 1);
    new SearchJob(spec, directory.resolve("work"), _ -> {}, () -> false)
        .run(progress -> searches.read(spec, progress), this::write);
    Candidate candidate = candidates.getFirst();
    int generation = searches.write(candidate);
    served =
        Optional.of(
            new Pruned(
                generation,
                candidate.snapshot().lastSequence(),
                ArenaTable.load(
                    candidate
                        .tables()
                        .userTable(
                            MfGeneration.USERS, Field.USER.name(), candidate.snapshot().userIds())),
                ArenaTable.load(
                    candidate
                        .tables()
                        .itemTable(
                            MfGeneration.ITEMS,
                            Field.ENTITY.name(),
                            candidate.snapshot().itemIds()))));
  }

  private int write(Candidate candidate) {
    candidates.add(candidate);
    return candidates.size();
  }

  private void sendWorld() {
    List<Event> batch = new ArrayList<>();
    for (Iterator<WorldEvent> events = new SampleWorld(150, 60, 6_000, 3).events();
        events.hasNext(); ) {
      WorldEvent event = events.next();
      batch.add(
          event(event.eventId(), event.type(), event.userId(), event.itemId(), event.timeMs()));
    }
    store.append(batch);
  }

  private void click(int user, int item, String id) {
    store.append(List.of(event(id, "click", "u" + user, "i" + item, 1_800_000_000_000L)));
  }

  private static Event event(String id, String type, String user, String item, long timeMs) {
    return new Event(id, type, user, item, type.equals("click") ? 1 : 0, timeMs, null, null);
  }
}
