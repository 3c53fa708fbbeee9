package org.espalier.service.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.espalier.embeddings.store.Event;
import org.espalier.embeddings.store.Field;
import org.espalier.embeddings.store.Manifest;
import org.espalier.embeddings.store.Store;
import org.espalier.embeddings.store.StoreOptions;
import org.espalier.learning.data.world.SampleWorld;
import org.espalier.learning.data.world.WorldEvent;
import org.espalier.learning.mf.MfLoss;
import org.espalier.search.job.SearchEvent;
import org.espalier.search.job.SearchException;
import org.espalier.search.job.SearchJob;
import org.espalier.search.job.SearchPhase;
import org.espalier.search.job.SearchResult;
import org.espalier.search.job.SearchSpec;
import org.espalier.search.job.SearchSpec.Teacher;
import org.espalier.search.retrieval.PruneSpec;
import org.espalier.search.size.Method;
import org.espalier.service.platform.InteractionProperties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(ReplaceUnderscores.class)
class ServingTeacherTest {

  private static final InteractionProperties CLICKS = new InteractionProperties(Map.of(), 1);
  private static final int DIM = 12;

  @TempDir Path directory;
  private final List<SearchEvent> events = new ArrayList<>();
  private Store store;

  @BeforeEach
  void a_log() {
    store =
        Store.open(
            directory.resolve("store"),
            StoreOptions.defaults().withSync(StoreOptions.Sync.OFF).withFreeDiskBytesMin(0));
    List<Event> batch = new ArrayList<>();
    for (Iterator<WorldEvent> all = new SampleWorld(150, 60, 6_000, 3).events(); all.hasNext(); ) {
      WorldEvent e = all.next();
      batch.add(click(e.eventId(), e.userId(), e.itemId(), e.timeMs()));
    }
    store.append(batch);
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void the_candidate_of_the_active_generation_is_that_generation_made_smaller() {
    activate(trained());
    store.append(List.of(click("late", "u-late", "i-late", 1_900_000_000_000L)));
    SearchSpec whole = spec(Method.FULL, 1, MfLoss.ALS, DIM);
    int copy = search(whole);

    Manifest teacher = store.generations().manifest(active());
    Manifest candidate = store.generations().manifest(copy);
    assertThat(candidate.provenance().toSequence()).isEqualTo(teacher.provenance().toSequence());
    assertThat(candidate.provenance().parents()).containsExactly(teacher.number());
    assertThat(candidate.parameters())
        .containsEntry("teacher", "active")
        .containsEntry("epochs", teacher.parameters().get("epochs"))
        .containsEntry(
            "fold_in_regularization", teacher.parameters().get("fold_in_regularization"));
    assertThat(events)
        .extracting(SearchEvent::phase)
        .contains(SearchPhase.WARM_UP)
        .doesNotContain(SearchPhase.FINAL_TRAINING);
    int user = store.dictionary().find(Field.USER, "u1");
    for (int item = 0; item < 20; item++) {
      assertThat(score(copy, user, item))
          .as("item %d", item)
          .isCloseTo(score(active(), user, item), within(1e-4f));
    }
  }

  @Test
  void a_candidate_under_a_budget_keeps_to_it() {
    activate(trained());
    int pruned = search(spec(Method.PME, 0.25, MfLoss.ALS, DIM));
    Manifest manifest = store.generations().manifest(pruned);
    assertThat(manifest.number("stored_numbers"))
        .isPositive()
        .isLessThanOrEqualTo(manifest.number("budget"));
    activate(pruned);
    refused(spec(Method.PME, 0.1, MfLoss.ALS, manifest.dim()), "it is pruned");
  }

  @Test
  void what_cannot_be_the_teacher_is_refused_before_the_log_is_read() {
    refused(spec(Method.PME, 0.25, MfLoss.ALS, DIM), "no generation is active");
    activate(trained());
    refused(spec(Method.PME, 0.25, MfLoss.ALS, 16), "its size is 12 and the search's 16");
    refused(
        spec(Method.PME, 0.25, MfLoss.BPR, DIM),
        "it was trained by als and the search measures bpr");
  }

  @Test
  void a_generation_of_other_event_weights_is_refused() {
    InteractionProperties fewer = new InteractionProperties(Map.of("click", 1.0), 0);
    store.append(List.of(new Event("v", "view", "u-new", "i1", 1, 1L, null, null)));
    ModelTrainer trainer = new ModelTrainer(store, fewer, Clock.systemUTC(), "1");
    activate(trained(trainer));
    refused(
        spec(Method.PME, 0.25, MfLoss.ALS, DIM),
        "1 of the log's 150 have no row in its table user");
  }

  @Test
  void another_generation_than_at_the_begin_of_the_job_is_refused() {
    activate(trained());
    SearchSpec spec = spec(Method.PME, 0.25, MfLoss.ALS, DIM);
    assertThatThrownBy(
            () -> searches().read(spec, 17, Snapshot.FROM_THE_FIRST, _ -> {}, SearchStore::alike))
        .isInstanceOf(SearchException.class)
        .hasMessageContaining("up to sequence 17")
        .hasMessageContaining("search anew");
  }

  private void refused(SearchSpec spec, String why) {
    events.clear();
    assertThatThrownBy(() -> search(spec))
        .isInstanceOf(SearchException.class)
        .hasMessageContaining(why)
        .hasMessageContaining("search with teacher trained");
    assertThat(events).extracting(SearchEvent::phase).containsOnly(SearchPhase.SNAPSHOT);
  }

  private int search(SearchSpec spec) {
    SearchStore searches = searches();
    SearchResult result =
        new SearchJob(spec, directory.resolve("work"), events::add, () -> false)
            .run(progress -> searches.read(spec, progress), searches::write);
    return ((SearchResult.Done) result).generation();
  }

  private SearchStore searches() {
    return new SearchStore(store, CLICKS, Clock.systemUTC(), "1");
  }

  private int trained() {
    return trained(new ModelTrainer(store, CLICKS, Clock.systemUTC(), "1"));
  }

  private static int trained(ModelTrainer trainer) {
    TrainingSpec spec = new TrainingSpec(MfLoss.ALS, DIM, 1, 1, 0.1);
    return ((TrainingResult.Trained) trainer.train(spec, _ -> {}, () -> false)).generation();
  }

  private void activate(int generation) {
    store.generations().activate(generation, store.generations().active());
  }

  private int active() {
    return store.generations().active().orElseThrow();
  }

  private float score(int generation, int user, int item) {
    float[] ofUser = row(generation, "user", user);
    float[] ofItem = row(generation, "item", item);
    float sum = 0;
    for (int d = 0; d < ofUser.length; d++) {
      sum += ofUser[d] * ofItem[d];
    }
    return sum;
  }

  private float[] row(int generation, String table, int token) {
    var lookup = store.generations().lookup(generation, table);
    float[] row = new float[lookup.header().shape().dim()];
    lookup.rows(
        new int[] {token}, (_, size, encoding, payload) -> encoding.decode(payload, size, row, 0));
    return row;
  }

  private static SearchSpec spec(Method method, double keep, MfLoss loss, int dim) {
    return new SearchSpec(
        PruneSpec.of(method, keep, 1),
        OptionalDouble.empty(),
        loss,
        dim,
        Teacher.ACTIVE,
        1,
        1,
        0.1,
        1L << 30);
  }

  private static Event click(String id, String user, String item, long timeMs) {
    return new Event(id, "click", user, item, 1, timeMs, null, null);
  }
}
