package org.espalier.service.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.espalier.embeddings.store.Event;
import org.espalier.embeddings.store.Field;
import org.espalier.embeddings.store.Manifest;
import org.espalier.embeddings.store.Store;
import org.espalier.embeddings.store.StoreOptions;
import org.espalier.learning.data.world.SampleWorld;
import org.espalier.learning.data.world.WorldEvent;
import org.espalier.learning.mf.MfLoss;
import org.espalier.service.platform.InteractionProperties;
import org.espalier.service.platform.MfGeneration;
import org.espalier.service.training.TrainingResult.Cancelled;
import org.espalier.service.training.TrainingResult.Trained;
import org.espalier.service.training.TrainingStep.Purpose;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class ModelTrainerTest {

  private static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");
  private static final TrainingSpec SPEC = new TrainingSpec(MfLoss.ALS, 8, 1, 1, 0.1);

  @TempDir Path directory;
  private Store store;
  private ModelTrainer trainer;

  @BeforeEach
  void open() {
    open(directory.resolve("store"));
  }

  private void open(Path folder) {
    StoreOptions options =
        StoreOptions.defaults().withSync(StoreOptions.Sync.OFF).withFreeDiskBytesMin(0);
    store = Store.open(folder, options);
    trainer =
        new ModelTrainer(
            store,
            new InteractionProperties(Map.of(), 1),
            Clock.fixed(NOW, ZoneOffset.UTC),
            "1.2.3");
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void a_generation_has_a_row_for_whoever_interacted_and_says_where_it_comes_from() {
    sendWorld();
    Trained trained = train(SPEC);
    Manifest manifest = store.generations().manifest(trained.generation());
    assertThat(manifest.model()).isEqualTo("mf");
    assertThat(manifest.created()).isEqualTo(NOW);
    assertThat(manifest.dim()).isEqualTo(8);
    assertThat(manifest.provenance().toSequence()).isEqualTo(store.lastSequence());
    assertThat(manifest.provenance().seed()).isEqualTo(1);
    assertThat(manifest.provenance().codeVersion()).isEqualTo("1.2.3");
    assertThat(manifest.provenance().kernel()).startsWith("simd");
    assertThat(manifest.parameters()).containsEntry("loss", "ALS");
    assertThat(MfGeneration.foldIn(manifest).orElseThrow().unobservedWeight()).isEqualTo(1);
    assertThat(store.generations().active()).as("training does not activate").isEmpty();

    int click = store.dictionary().find(Field.EVENT_TYPE, "click");
    int[] clicked = {0};
    store.counts().forEach(click, (_, _) -> clicked[0]++);
    assertThat(rows(trained.generation(), "item")).hasSize(clicked[0]);
    assertThat(trained.items()).isEqualTo(clicked[0]);
    assertThat(rows(trained.generation(), "user")).hasSize(trained.users());
  }

  @Test
  void the_metrics_are_of_the_latest_slice_and_beat_popularity() {
    sendWorld();
    Trained trained = train(SPEC);
    assertThat(trained.metrics()).containsKeys("recall@20", "ndcg@10", "hit@20", "users");
    assertThat(trained.metrics().get("ndcg@20"))
        .isGreaterThan(trained.metrics().get("popularity ndcg@20"));
    Manifest manifest = store.generations().manifest(trained.generation());
    assertThat(manifest.metrics()).isEqualTo(trained.metrics());
  }

  @ParameterizedTest
  @EnumSource
  void every_loss_makes_a_generation(MfLoss loss) {
    sendWorld();
    Trained trained = train(new TrainingSpec(loss, 8, 7, 2, 0.1));
    Manifest manifest = store.generations().manifest(trained.generation());
    assertThat(manifest.parameters()).containsEntry("loss", loss.name());
    assertThat(rows(trained.generation(), "item")).hasSize(trained.items());
  }

  @Test
  void the_same_seed_makes_the_same_generation_again() {
    sendWorld();
    Trained first = train(SPEC);
    Trained second = train(SPEC);
    assertThat(second.generation()).isGreaterThan(first.generation());
    for (String table : List.of("item", "user")) {
      assertThat(rows(second.generation(), table)).isEqualTo(rows(first.generation(), table));
    }
  }

  @Test
  void the_order_in_which_clicks_arrive_does_not_matter() {
    sendWorld();
    Trained inOrder = train(SPEC);
    List<Map<Integer, List<Byte>>> expected =
        List.of(rows(inOrder.generation(), "item"), rows(inOrder.generation(), "user"));
    store.close();

    open(directory.resolve("other"));
    List<Event> clicks = new ArrayList<>(world());
    clicks.removeIf(event -> !event.type().equals("click"));
    List<Event> impressions = new ArrayList<>(world());
    impressions.removeAll(clicks);
    store.append(impressions); // name the user and the item of each click
    store.append(clicks.reversed().subList(0, clicks.size() / 2));
    store.append(clicks.subList(0, clicks.size() - clicks.size() / 2));
    Trained latestFirst = train(SPEC);

    assertThat(latestFirst.metrics()).isEqualTo(inOrder.metrics());
    assertThat(
            List.of(rows(latestFirst.generation(), "item"), rows(latestFirst.generation(), "user")))
        .isEqualTo(expected);
  }

  @Test
  void a_log_without_interactions_is_refused_in_one_line() {
    assertThatThrownBy(() -> train(SPEC))
        .isInstanceOf(TrainingException.class)
        .hasMessageContaining("no interactions");
    store.append(List.of(new Event(null, "impression", "u", "i", 0, 0, null, null)));
    assertThatThrownBy(() -> train(SPEC)).isInstanceOf(TrainingException.class);
    assertThat(store.generations().list()).isEmpty();
  }

  @Test
  void little_data_is_trained_on_without_being_measured() {
    store.append(
        List.of(
            new Event(null, "click", "u1", "i1", 1, 0, null, null),
            new Event(null, "click", "u2", "i2", 1, 0, null, null)));
    Trained trained = train(SPEC);
    assertThat(trained.metrics()).isEmpty();
    assertThat(trained.items()).isEqualTo(2);
  }

  @Test
  void holding_nothing_out_measures_nothing() {
    sendWorld();
    List<TrainingStep> steps = new ArrayList<>();
    trainer.train(new TrainingSpec(MfLoss.ALS, 8, 1, 1, 0), steps::add, () -> false);
    assertThat(steps)
        .noneMatch(
            step -> step instanceof TrainingStep.Training t && t.purpose() == Purpose.MEASURE);
  }

  @Test
  void progress_goes_through_reading_measuring_serving_and_writing() {
    sendWorld();
    List<TrainingStep> steps = new ArrayList<>();
    trainer.train(SPEC, steps::add, () -> false);
    assertThat(steps.getFirst()).isInstanceOf(TrainingStep.Reading.class);
    assertThat(steps.stream().filter(TrainingStep.Training.class::isInstance))
        .extracting(step -> ((TrainingStep.Training) step).purpose())
        .containsSubsequence(Purpose.MEASURE, Purpose.SERVE)
        .isSorted();
    assertThat(steps.getLast()).isInstanceOf(TrainingStep.Writing.class);
  }

  @Test
  void a_cancelled_training_leaves_no_generation_wherever_it_was() {
    sendWorld();
    AtomicInteger asked = new AtomicInteger();
    trainer.train(SPEC, _ -> {}, () -> asked.incrementAndGet() < 0);
    int all = asked.get();
    int before = store.generations().list().size();
    for (int at = 0; at < all; at += Math.max(1, all / 10)) {
      AtomicInteger left = new AtomicInteger(at);
      assertThat(trainer.train(SPEC, _ -> {}, () -> left.getAndDecrement() <= 0))
          .isInstanceOf(Cancelled.class);
    }
    assertThat(store.generations().list()).hasSize(before);
  }

  @Test
  void events_that_come_during_a_training_are_not_in_it() {
    sendWorld();
    long before = store.lastSequence();
    trainer.train(
        SPEC,
        step -> {
          if (step instanceof TrainingStep.Reading) {
            store.append(List.of(new Event(null, "click", "late", "later", 1, 0, null, null)));
          }
        },
        () -> false);
    Manifest manifest = store.generations().list().getLast();
    assertThat(manifest.provenance().toSequence()).isEqualTo(before);
    assertThat(rows(manifest.number(), "user"))
        .doesNotContainKey(store.dictionary().find(Field.USER, "late"));
  }

  private Trained train(TrainingSpec spec) {
    return (Trained) trainer.train(spec, _ -> {}, () -> false);
  }

  private void sendWorld() {
    store.append(world());
  }

  private static List<Event> world() {
    List<Event> events = new ArrayList<>();
    for (Iterator<WorldEvent> all = new SampleWorld(100, 80, 12_000, 3).events(); all.hasNext(); ) {
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
    return events;
  }

  /** A table's payloads by token. */
  private Map<Integer, List<Byte>> rows(int generation, String table) {
    Map<Integer, List<Byte>> rows = new TreeMap<>();
    store
        .generations()
        .rows(
            generation,
            table,
            (token, _, _, payload) -> {
              Byte[] bytes = new Byte[payload.length];
              Arrays.setAll(bytes, i -> payload[i]);
              rows.put(token, List.of(bytes));
            });
    return rows;
  }
}
