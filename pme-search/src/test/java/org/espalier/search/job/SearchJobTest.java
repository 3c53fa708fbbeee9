package org.espalier.search.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.espalier.learning.data.Interactions;
import org.espalier.search.retrieval.TasteWorld;
import org.espalier.search.size.Method;
import org.espalier.search.size.NoRoomException;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class SearchJobTest {

  private static final SearchSpec SPEC = spec(Method.PME, 0.25, 1L << 30);
  private static final LogSnapshot LOG = snapshot(new TasteWorld(120, 80, 14, 3).train());

  @TempDir Path directory;
  private final List<Candidate> candidates = new ArrayList<>();
  private final List<SearchEvent> events = new ArrayList<>();

  private static SearchSpec spec(Method method, double keep, long memory) {
    SearchSpec usual = SearchSpec.of(method, keep, 5);
    return new SearchSpec(
        usual.prune(), usual.maxDrop(), usual.loss(), 16, usual.teacher(), 2, 1, 0.1, memory);
  }

  @Test
  void a_search_gives_a_candidate_inside_the_budget_and_says_what_it_costs() {
    SearchResult result = job(SPEC, () -> false).run(_ -> LOG, this::take);

    assertThat(result).isInstanceOf(SearchResult.Done.class);
    Candidate candidate = candidates.getFirst();
    SearchReport report = candidate.report();
    assertThat(report.stored()).isPositive().isLessThanOrEqualTo(report.budget());
    assertThat(report.budget()).isEqualTo((long) (0.25 * (120 + 80) * 16));
    assertThat(candidate.tables().support().numbers()).isEqualTo(report.stored());
    assertThat(report.lastSequence()).isEqualTo(77);
    assertThat(report.test()).containsOnlyKeys("searched", "full", "uniform", "popularity");
    assertThat(report.metrics()).containsKeys("ndcg@20", "full ndcg@20", "popularity recall@20");
    assertThat(report.curve())
        .extracting(SearchReport.CurvePoint::method)
        .contains("pme", "uniform");
    assertThat(report.curve())
        .filteredOn(point -> point.method().equals("pme"))
        .extracting(SearchReport.CurvePoint::keep)
        .containsExactly(0.5, 0.25, 0.1, 0.05);
    assertThat(report.phaseSeconds()).containsOnlyKeys(SearchPhase.values());
    assertThat(report.sizes().users().values().stream().mapToInt(n -> n).sum()).isEqualTo(120);
    assertThat(directory.resolve("work")).as("nothing is left").doesNotExist();
  }

  @Test
  void the_page_is_well_formed_and_needs_nothing_else() throws Exception {
    job(SPEC, () -> false).run(_ -> LOG, this::take);
    String page = ReportPage.html(candidates.getFirst().report());

    assertThat(page)
        .contains("<svg", "<polyline", "Quality and memory", "full", "uniform")
        .doesNotContain("<script", "<link", "src=", "url(");
    String xml = page.replace("<!DOCTYPE html>", "").replace("<meta charset=\"utf-8\">", "");
    DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new ByteArrayInputStream(xml.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void a_slice_of_few_users_is_warned_about() {
    job(SPEC, () -> false).run(_ -> LOG, this::take);
    LogSnapshot large = snapshot(new TasteWorld(1_500, 80, 8, 3).train());
    assertThat(warnings()).singleElement().asString().contains("users have something new");
    events.clear();
    job(spec(Method.UNIFORM, 0.25, 1L << 30), () -> false).run(_ -> large, this::take);
    assertThat(warnings()).isEmpty();
  }

  private List<SearchEvent> warnings() {
    return events.stream().filter(event -> event instanceof SearchEvent.Warned).toList();
  }

  @Test
  void an_automatic_budget_is_the_smallest_that_loses_no_more_than_is_allowed() {
    SearchSpec usual = spec(Method.PME, 0.75, 1L << 30);
    SearchResult.Done strict =
        (SearchResult.Done) job(auto(usual, 0.01), () -> false).run(_ -> LOG, this::take);
    SearchResult.Done generous =
        (SearchResult.Done) job(auto(usual, 0.1), () -> false).run(_ -> LOG, this::take);

    assertThat(generous.report().keep()).isLessThan(strict.report().keep());
    assertThat(generous.report().stored())
        .isLessThanOrEqualTo(generous.report().budget())
        .isLessThan(strict.report().stored());
    double full =
        ((SearchResult.Done)
                job(spec(Method.FULL, 1, 1L << 30), () -> false).run(_ -> LOG, this::take))
            .report()
            .curve()
            .getFirst()
            .validation();
    for (SearchReport.CurvePoint point : generous.report().curve()) {
      if (point.method().equals("pme") && point.keep() == generous.report().keep()) {
        assertThat(point.validation()).isGreaterThanOrEqualTo(full - 0.1);
      }
    }
  }

  @Test
  void an_automatic_budget_that_cannot_be_had_is_an_error_with_both_figures() {
    SearchSpec tight = auto(spec(Method.PME, 0.02, 1L << 30), 0);

    assertThatThrownBy(() -> job(tight, () -> false).run(_ -> LOG, this::take))
        .isInstanceOf(SearchException.class)
        .hasMessageContaining("no budget up to keep=0.02 loses at most 0.0 NDCG@20")
        .hasMessageContaining("allow a larger budget or more loss");
  }

  /** The tables of an active generation: what the search itself trained, so that both ways must agree. */
  private TeacherModel trainedBefore() {
    job(SPEC, () -> false).run(_ -> LOG, this::take);
    TeacherModel trained = candidates.removeFirst().teacher();
    events.clear();
    return new TeacherModel(
        OptionalInt.of(9), trained.model(), trained.foldIn(), trained.epochs(), 0.5);
  }

  private static SearchSpec active(SearchSpec usual) {
    return new SearchSpec(
        usual.prune(),
        usual.maxDrop(),
        usual.loss(),
        usual.dim(),
        SearchSpec.Teacher.ACTIVE,
        usual.threads(),
        usual.duty(),
        usual.heldOut(),
        usual.memoryBytesMax());
  }

  @Test
  void
      with_the_active_generation_as_teacher_the_last_training_is_left_out_and_nothing_else_changes() {
    job(SPEC, () -> false).run(_ -> LOG, this::take);
    Candidate own = candidates.getFirst();
    assertThat(own.report().teacher().kind()).isEqualTo("trained");
    assertThat(own.report().teacher().seconds())
        .isEqualTo(own.report().phaseSeconds().get(SearchPhase.FINAL_TRAINING));
    candidates.clear();
    LogSnapshot taught = LOG.withTeacher(trainedBefore());

    job(active(SPEC), () -> false).run(_ -> taught, this::take);
    Candidate candidate = candidates.getFirst();
    assertThat(events)
        .filteredOn(event -> event instanceof SearchEvent.Started)
        .extracting(SearchEvent::phase)
        .containsExactlyElementsOf(EnumSet.complementOf(EnumSet.of(SearchPhase.FINAL_TRAINING)));
    assertThat(candidate.report().teacher())
        .isEqualTo(new SearchReport.Teacher(OptionalInt.of(9), 0.5));
    assertThat(candidate.report().fields().get("teacher"))
        .isEqualTo(Map.of("kind", "active", "generation", 9, "seconds", 0.5));
    assertThat(candidate.tables().model().userVectors())
        .isEqualTo(own.tables().model().userVectors());
    assertThat(candidate.tables().support().sizes()).isEqualTo(own.tables().support().sizes());
    assertThat(candidate.report().test()).isEqualTo(own.report().test());
  }

  @Test
  void a_search_that_goes_on_has_the_teacher_of_its_snapshot() {
    LogSnapshot taught = LOG.withTeacher(trainedBefore());
    SearchSpec spec = active(SPEC);
    assertThatThrownBy(() -> breaking(spec, SearchPhase.SIZES).run(_ -> taught, this::take))
        .hasMessage("broken");
    job(spec, () -> false)
        .run(
            _ -> {
              throw new AssertionError("the generation may be gone by now");
            },
            this::take);
    Candidate resumed = candidates.removeFirst();
    job(spec, () -> false).run(_ -> taught, this::take);
    Candidate whole = candidates.getFirst();
    assertThat(resumed.report().teacher()).isEqualTo(whole.report().teacher());
    assertThat(resumed.teacher().foldIn()).isEqualTo(taught.teacher().orElseThrow().foldIn());
    assertThat(resumed.tables().model().itemVectors())
        .isEqualTo(whole.tables().model().itemVectors());
  }

  private static SearchSpec auto(SearchSpec usual, double maxDrop) {
    return new SearchSpec(
        usual.prune(),
        OptionalDouble.of(maxDrop),
        usual.loss(),
        usual.dim(),
        usual.teacher(),
        usual.threads(),
        usual.duty(),
        usual.heldOut(),
        usual.memoryBytesMax());
  }

  @Test
  void users_that_count_more_get_larger_rows() {
    float[] weights = new float[LOG.userIds().length];
    for (int user = 0; user < weights.length; user++) {
      weights[user] = user % 2 == 0 ? 1.9f : 0.1f;
    }
    LogSnapshot weighted =
        new LogSnapshot(
            77, LOG.interactions(), LOG.userIds(), LOG.itemIds(), weights, Optional.empty());
    assertThat(evenShare(LOG)).isBetween(0.4, 0.6);
    assertThat(evenShare(weighted)).isGreaterThan(0.65);
  }

  /** The share of the users' numbers that users with even numbers have. */
  private double evenShare(LogSnapshot log) {
    job(spec(Method.PME, 0.1, 1L << 30), () -> false).run(_ -> log, this::take);
    int[] sizes = candidates.getLast().tables().support().sizes();
    int users = log.userIds().length;
    int even = IntStream.range(0, users).filter(u -> u % 2 == 0).map(u -> sizes[u]).sum();
    return (double) even / IntStream.range(0, users).map(u -> sizes[u]).sum();
  }

  @Test
  void phases_come_in_their_order_with_progress_and_what_remains() {
    job(SPEC, () -> false).run(_ -> LOG, this::take);

    assertThat(events)
        .filteredOn(event -> event instanceof SearchEvent.Started)
        .extracting(SearchEvent::phase)
        .containsExactly(SearchPhase.values());
    assertThat(events)
        .filteredOn(event -> event instanceof SearchEvent.Advanced)
        .allSatisfy(event -> {
          SearchEvent.Advanced advanced = (SearchEvent.Advanced) event;
          assertThat(advanced.share()).isBetween(0.0, 1.0);
          assertThat(advanced.remaining()).isGreaterThanOrEqualTo(Duration.ZERO);
        })
        .extracting(SearchEvent::phase)
        .contains(SearchPhase.WARM_UP, SearchPhase.EVALUATION, SearchPhase.FINAL_TRAINING);
  }

  @ParameterizedTest
  @EnumSource
  void a_search_that_broke_in_a_phase_goes_on_from_there_and_gives_the_same(SearchPhase broken) {
    job(SPEC, () -> false).run(_ -> LOG, this::take);
    Candidate whole = candidates.removeFirst();
    events.clear();

    assertThatThrownBy(() -> breaking(broken).run(_ -> LOG, this::take)).hasMessage("broken");
    assertThat(candidates).isEmpty();
    assertThat(Files.exists(directory.resolve("work")))
        .as("what is done is kept")
        .isEqualTo(broken != SearchPhase.SNAPSHOT);
    events.clear();
    AtomicBoolean read = new AtomicBoolean();
    job(SPEC, () -> false)
        .run(
            _ -> {
              read.set(true);
              return LOG;
            },
            this::take);

    assertThat(read.get()).isEqualTo(broken == SearchPhase.SNAPSHOT);
    assertThat(events)
        .filteredOn(event -> event instanceof SearchEvent.Started)
        .extracting(SearchEvent::phase)
        .containsExactlyElementsOf(EnumSet.range(broken, SearchPhase.CANDIDATE));
    Candidate resumed = candidates.getFirst();
    assertThat(resumed.tables().support().sizes()).isEqualTo(whole.tables().support().sizes());
    assertThat(resumed.tables().model().userVectors())
        .isEqualTo(whole.tables().model().userVectors());
    assertThat(resumed.tables().model().itemVectors())
        .isEqualTo(whole.tables().model().itemVectors());
    assertThat(resumed.report().test()).isEqualTo(whole.report().test());
    assertThat(resumed.report().curve()).isEqualTo(whole.report().curve());
    assertThat(resumed.report().sizes()).isEqualTo(whole.report().sizes());
  }

  @ParameterizedTest
  @EnumSource
  void a_cancelled_search_leaves_nothing(SearchPhase phase) {
    AtomicBoolean cancel = new AtomicBoolean();
    SearchListener cancelling = event -> cancel.set(cancel.get() || event.phase() == phase);
    SearchResult result =
        new SearchJob(SPEC, directory.resolve("work"), cancelling, cancel::get)
            .run(
                progress -> {
                  progress.at(0.5);
                  return LOG;
                },
                this::take);

    assertThat(result).isInstanceOf(SearchResult.Cancelled.class);
    assertThat(candidates).isEmpty();
    assertThat(directory.resolve("work")).doesNotExist();
  }

  @Test
  void a_work_folder_of_other_settings_is_refused_and_left_alone() throws IOException {
    assertThatThrownBy(() -> breaking(SearchPhase.SALIENCY).run(_ -> LOG, this::take));
    SearchSpec other = spec(Method.PME, 0.3, 1L << 30);

    assertThatThrownBy(() -> job(other, () -> false).run(_ -> LOG, this::take))
        .isInstanceOf(SearchException.class)
        .hasMessageContaining("an unfinished search with other settings")
        .hasMessageContaining("keep=0.25");
    try (var files = Files.list(directory.resolve("work"))) {
      assertThat(files).as("snapshot, split, warm-up and the lock").hasSize(4);
    }
  }

  @Test
  void a_damaged_checkpoint_is_named() throws IOException {
    assertThatThrownBy(() -> breaking(SearchPhase.SALIENCY).run(_ -> LOG, this::take));
    Path file = directory.resolve("work").resolve("WARM_UP.checkpoint");
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);

    assertThatThrownBy(() -> job(SPEC, () -> false).run(_ -> LOG, this::take))
        .isInstanceOf(SearchException.class)
        .hasMessageContaining("WARM_UP.checkpoint is damaged: its checksum is wrong");
  }

  @Test
  void a_folder_that_holds_something_else_is_refused() throws IOException {
    Path work = Files.createDirectory(directory.resolve("work"));
    Files.writeString(work.resolve("letter.txt"), "dear");

    assertThatThrownBy(() -> job(SPEC, () -> false).run(_ -> LOG, this::take))
        .hasMessageContaining("letter.txt, which is of no search");
    assertThat(work.resolve("letter.txt")).exists();
  }

  @Test
  void two_searches_do_not_share_a_folder() {
    LogSnapshot.Source second =
        _ -> {
          assertThatThrownBy(() -> job(SPEC, () -> false).run(_ -> LOG, this::take))
              .hasMessageContaining("another search is at work");
          return LOG;
        };
    assertThat(job(SPEC, () -> false).run(second, this::take))
        .isInstanceOf(SearchResult.Done.class);
  }

  @ParameterizedTest(name = "{0} users, {1} items, {2} interactions: {3}")
  @CsvSource({
    "0, 0, 0, there are no interactions to search on",
    "1, 40, 30, field user has a single token",
    "40, 1, 30, field item has a single token",
    "5, 5, 8, the log has 8 interactions; a search needs at least 20",
  })
  void a_log_without_anything_to_learn_is_refused_before_any_work(
      int users, int items, int count, String message) {
    int[] ofUsers = IntStream.range(0, count).map(i -> i % users).toArray();
    int[] ofItems = IntStream.range(0, count).map(i -> i * 7 % items).toArray();
    long[] times = IntStream.range(0, count).asLongStream().map(i -> i + 1).toArray();
    refused(snapshot(Interactions.of(users, items, ofUsers, ofItems, null, times)), message);
  }

  @Test
  void a_log_of_one_moment_is_too_short_to_split() {
    int[] users = IntStream.range(0, 60).map(i -> i % 6).toArray();
    int[] items = IntStream.range(0, 60).map(i -> i / 6).toArray();
    Interactions.Builder half = new Interactions.Builder(false, true);
    for (int i = 0; i < 60; i += 2) {
      half.add(users[i], items[i], 1, 1000);
    }
    refused(snapshot(half.build(6, 10)), "too short to split by time");
  }

  @Test
  void a_log_in_which_everyone_has_everything_has_one_class() {
    Interactions.Builder all = new Interactions.Builder(false, true);
    for (int i = 0; i < 60; i++) {
      all.add(i % 6, i / 6, 1, i);
    }
    refused(snapshot(all.build(6, 10)), "only one class");
  }

  @Test
  void a_budget_without_room_is_refused_before_any_work() {
    assertThatThrownBy(
            () -> job(spec(Method.UNIFORM, 0.05, 1L << 30), () -> false).run(_ -> LOG, this::take))
        .isInstanceOf(NoRoomException.class)
        .hasMessageContaining("at least 200 are needed");
    assertThat(events).hasSize(1);
    assertThat(directory.resolve("work")).doesNotExist();
  }

  @Test
  void a_search_over_its_memory_ceiling_is_refused_before_any_work() {
    assertThatThrownBy(
            () -> job(spec(Method.PME, 0.1, 1L << 20), () -> false).run(_ -> LOG, this::take))
        .isInstanceOf(SearchException.class)
        .hasMessageContaining("and may take 1;");
    assertThat(directory.resolve("work")).doesNotExist();
  }

  @ParameterizedTest
  @EnumSource(names = {"MAGNITUDE", "MASK"})
  void methods_that_no_table_can_hold_are_refused(Method method) {
    assertThatThrownBy(() -> spec(method, 0.1, 1L << 30))
        .hasMessageContaining("leaves gaps in rows, which no table can serve");
  }

  private void refused(LogSnapshot log, String message) {
    assertThatThrownBy(() -> job(SPEC, () -> false).run(_ -> log, this::take))
        .isInstanceOf(SearchException.class)
        .hasMessageContaining(message);
    assertThat(events).as("only the snapshot was begun").hasSize(1);
    assertThat(candidates).isEmpty();
    assertThat(directory.resolve("work")).doesNotExist();
  }

  private SearchJob job(SearchSpec spec, BooleanSupplier cancelled) {
    return new SearchJob(spec, directory.resolve("work"), events::add, cancelled);
  }

  /** Fails in the middle of a phase, as a full disk would. */
  private SearchJob breaking(SearchPhase phase) {
    return breaking(SPEC, phase);
  }

  private SearchJob breaking(SearchSpec spec, SearchPhase phase) {
    SearchListener listener =
        event -> {
          events.add(event);
          if (event.phase() == phase && event instanceof SearchEvent.Started) {
            throw new IllegalStateException("broken");
          }
        };
    return new SearchJob(spec, directory.resolve("work"), listener, () -> false);
  }

  private int take(Candidate candidate) {
    candidates.add(candidate);
    return candidates.size();
  }

  private static LogSnapshot snapshot(Interactions all) {
    return LogSnapshot.unweighted(
        77,
        all,
        IntStream.range(0, all.userCount()).map(u -> u * 3).toArray(),
        IntStream.range(0, all.itemCount()).map(i -> i * 2 + 1).toArray());
  }
}
