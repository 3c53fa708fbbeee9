package org.espalier.service.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import javax.sql.DataSource;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.espalier.service.control.ControlDatabase;
import org.espalier.service.control.Instance;
import org.espalier.service.wire.ProblemCode;
import org.espalier.service.wire.ProblemException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The engine on H2; subclasses run the same on other databases. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class JobEngineTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path data;
  private final List<ConfigurableApplicationContext> opened = new ArrayList<>();

  /** Where the database is; nothing for H2 in the data folder. */
  Map<String, String> database() {
    return Map.of();
  }

  /** An engine and its kinds. */
  record Running(ConfigurableApplicationContext context) {
    JobEngine engine() {
      return context.getBean(JobEngine.class);
    }

    FakeKind kind(String name) {
      return context.getBean(name, FakeKind.class);
    }

    JobView submit(String kind, String job) {
      return engine().submit(kind(kind), FakeKind.Request.named(job), null);
    }
  }

  private Running start(String... settings) {
    Map<String, String> all = new HashMap<>(database());
    for (int i = 0; i < settings.length; i += 2) {
      all.put(settings[i], settings[i + 1]);
    }
    ConfigurableApplicationContext context = EngineApplication.start(data, all);
    opened.add(context);
    await(context.getBean(ControlDatabase.class)::isOpen);
    return new Running(context);
  }

  @AfterEach
  void close() {
    opened.forEach(ConfigurableApplicationContext::close);
  }

  @Test
  void a_job_waits_runs_and_ends_with_its_result() {
    Running service = start();
    JobView queued = service.submit("resumes", "a");
    assertThat(queued.status()).isEqualTo("queued");
    assertThat(queued.seed()).isEqualTo(1);
    assertThat(queued.requestedBy()).isEqualTo("service");
    JobView running = await(service, queued, job -> job.progress() == 0.75);
    assertThat(running.status()).isEqualTo("running");
    assertThat(running.phase()).isEqualTo("second");
    assertThat(running.note()).isEqualTo("half of it");
    assertThat(running.remainingMs()).isNotNull();
    assertThat(running.logRange()).isEqualTo(new LogRange(1, 100));
    service.kind("resumes").finish("a");
    JobView ended = awaitEnd(service, queued);
    assertThat(ended.status()).isEqualTo("succeeded");
    assertThat(ended.progress()).isEqualTo(1);
    assertThat(ended.attempt()).isEqualTo(1);
    assertThat(ended.error()).isNull();
    assertThat(json(ended.result()).get("name").asString()).isEqualTo("a");
    assertThat(json(ended.request()).get("name").asString()).isEqualTo("a");
    assertThat(service.engine().reports(ended.id())).containsExactly("notes.txt");
    assertThat(service.engine().report(ended.id(), "notes.txt").content()).isEqualTo("a");
    assertRefused(ProblemCode.UNKNOWN_JOB, () -> service.engine().report(ended.id(), "other"));
    await(() -> !Files.exists(folder(ended)));
  }

  @Test
  void a_job_that_fails_says_why_in_one_line_and_disturbs_no_other() {
    Running service = start();
    JobView clear = service.submit("resumes", "clear");
    JobView bug = service.submit("resumes", "bug");
    JobView other = service.submit("restarts", "other");
    service.kind("resumes").fail("clear", "there is nothing to do; send events");
    service.kind("resumes").fail("bug", "bug");
    JobView failed = awaitEnd(service, clear);
    assertThat(failed.status()).isEqualTo("failed");
    assertThat(failed.error()).isEqualTo("there is nothing to do; send events");
    assertThat(failed.result()).isNull();
    assertThat(awaitEnd(service, bug).error())
        .startsWith("a fault of the service: ")
        .contains("a bug; in two lines")
        .doesNotContain("\n");
    service.kind("restarts").finish("other");
    assertThat(awaitEnd(service, other).status()).isEqualTo("succeeded");
    await(() -> !Files.exists(folder(clear)) && !Files.exists(folder(bug)));
  }

  @Test
  void a_job_that_waits_is_cancelled_at_once_and_one_that_runs_as_soon_as_it_notices() {
    Running service = start("espalier.jobs.running-max", "1");
    JobView first = service.submit("restarts", "first");
    await(service, first, job -> job.progress() > 0.5);
    JobView second = service.submit("resumes", "second");
    assertThat(service.engine().cancel(second.id()).status()).isEqualTo("cancelled");
    assertThat(service.engine().cancel(second.id()).status()).as("again").isEqualTo("cancelled");
    assertThat(Files.exists(folder(first))).isTrue();
    assertThat(service.engine().cancel(first.id()).cancelRequested()).isTrue();
    assertThat(awaitEnd(service, first).status()).isEqualTo("cancelled");
    await(() -> !Files.exists(folder(first)));
    JobView third = service.submit("resumes", "third");
    service.kind("resumes").finish("third");
    awaitEnd(service, third);
    assertRefused(ProblemCode.JOB_FINISHED, () -> service.engine().cancel(third.id()));
    assertRefused(ProblemCode.UNKNOWN_JOB, () -> service.engine().cancel(999_999));
  }

  @ParameterizedTest(name = "seed={0}")
  @ValueSource(longs = {1, 2, 3})
  void a_cancel_that_races_with_the_end_leaves_one_of_both(long seed) throws Exception {
    Running service = start();
    SplittableRandom random = new SplittableRandom(seed);
    Map<String, Integer> seen = new HashMap<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
      for (int round = 0; round < 25; round++) {
        String name = "r" + round;
        JobView job = service.submit("resumes", name);
        long finishNs = random.nextLong(6_000_000);
        long cancelNs = random.nextLong(6_000_000);
        Future<?> finish =
            threads.submit(() -> {
              LockSupport.parkNanos(finishNs);
              service.kind("resumes").finish(name);
            });
        Future<Boolean> cancelled =
            threads.submit(() -> {
              LockSupport.parkNanos(cancelNs);
              return cancel(service, job);
            });
        finish.get();
        boolean taken = cancelled.get();
        JobView ended = awaitEnd(service, job);
        assertThat(ended.status()).isIn("succeeded", "cancelled");
        assertThat(ended.result() != null).isEqualTo(ended.status().equals("succeeded"));
        if (!taken) {
          assertThat(ended.status()).as("it had ended before").isEqualTo("succeeded");
        }
        JobView later = service.engine().find(job.id());
        assertThat(later.status()).as("stays so").isEqualTo(ended.status());
        seen.merge(ended.status(), 1, Integer::sum);
      }
    }
    assertThat(seen.values().stream().mapToInt(count -> count).sum()).isEqualTo(25);
  }

  private static boolean cancel(Running service, JobView job) {
    try {
      JobView _ = service.engine().cancel(job.id());
      return true;
    } catch (ProblemException e) {
      assertThat(e.code()).isEqualTo(ProblemCode.JOB_FINISHED);
      return false;
    }
  }

  @Test
  void no_more_jobs_run_than_allowed_of_a_kind_and_of_all() {
    Running service = start("espalier.jobs.running-max", "3");
    FakeKind two = service.kind("resumes");
    FakeKind one = service.kind("restarts");
    List<JobView> jobs = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      jobs.add(service.submit("resumes", "two" + i));
      jobs.add(service.submit("restarts", "one" + i));
    }
    await(() -> two.running.get() == 2 && one.running.get() == 1);
    jobs.forEach(job -> finishBoth(service, job));
    jobs.forEach(job -> assertThat(awaitEnd(service, job).status()).isEqualTo("succeeded"));
    assertThat(two.runningPeak.get()).isEqualTo(2);
    assertThat(one.runningPeak.get()).isEqualTo(1);
  }

  @Test
  void kinds_with_a_lane_of_their_own_wait_for_no_other_and_take_no_place_of_theirs() {
    Running service = start("espalier.jobs.running-max", "1", "espalier.jobs.queue-max", "1");
    JobView first = service.submit("fails", "runs");
    await(service, first, job -> job.status().equals("running"));
    JobView waits = service.submit("restarts", "waits");
    JobView urgent = service.submit("urgent", "now");
    await(service, urgent, job -> job.status().equals("running"));
    JobView next = service.submit("urgent", "next");
    assertRefused(ProblemCode.QUEUE_FULL, () -> service.submit("urgent", "too many"));
    service.kind("urgent").finish("now");
    await(service, next, job -> job.status().equals("running"));
    assertThat(service.engine().find(waits.id()).status()).isEqualTo("queued");
    service.kind("fails").finish("runs");
    await(service, waits, job -> job.status().equals("running"));
    service.kind("urgent").finish("next");
    service.kind("restarts").finish("waits");
    assertThat(awaitEnd(service, waits).status()).isEqualTo("succeeded");
    assertThat(service.kind("urgent").runningPeak.get()).isEqualTo(1);
  }

  @Test
  void a_job_that_has_begun_takes_no_place_in_the_queue_before_its_row_says_so() throws Exception {
    Running service = start("espalier.jobs.running-max", "1", "espalier.jobs.queue-max", "1");
    JobView first = service.submit("fails", "runs");
    await(service, first, job -> job.status().equals("running"));
    JobView begins = service.submit("restarts", "begins");
    final JobView next;
    try (Connection other = service.context().getBean(DataSource.class).getConnection();
        PreparedStatement lock =
            other.prepareStatement("select id from job where id = ? for update")) {
      other.setAutoCommit(false);
      lock.setLong(1, begins.id());
      assertThat(lock.execute()).isTrue(); // so that its row goes on saying that it waits
      service.kind("fails").finish("runs");
      await(service, begins, job -> job.status().equals("running"));
      next = service.submit("resumes", "next");
      other.rollback();
    }
    service.kind("restarts").finish("begins");
    assertThat(awaitEnd(service, begins).status()).isEqualTo("succeeded");
    service.kind("resumes").finish("next");
    assertThat(awaitEnd(service, next).status()).isEqualTo("succeeded");
  }

  private static void finishBoth(Running service, JobView job) {
    service.kind(job.kind()).finish(json(job.request()).get("name").asString());
  }

  @Test
  void the_same_job_is_refused_while_the_first_is_live_and_taken_after() throws Exception {
    Running service = start();
    int callers = 8;
    List<Future<Boolean>> answers = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(callers)) {
      for (int i = 0; i < callers; i++) {
        answers.add(
            threads.submit(() -> {
              try {
                JobView _ = service.submit("fails", "same");
                return true;
              } catch (ProblemException e) {
                assertThat(e.code()).isEqualTo(ProblemCode.JOB_CONFLICT);
                return false;
              }
            }));
      }
    }
    int taken = 0;
    for (Future<Boolean> answer : answers) {
      taken += answer.get() ? 1 : 0;
    }
    assertThat(taken).isEqualTo(1);
    JobView first = service.engine().page(Long.MAX_VALUE, 10, "fails", null).getFirst();
    service.kind("fails").finish("same");
    awaitEnd(service, first);
    assertThat(service.submit("fails", "same").id()).isGreaterThan(first.id());
  }

  @Test
  void a_full_queue_and_a_wrong_request_refuse_and_leave_nothing() {
    Running service = start("espalier.jobs.running-max", "1", "espalier.jobs.queue-max", "2");
    JobView first = service.submit("fails", "runs");
    await(service, first, job -> job.status().equals("running"));
    service.submit("fails", "waits1");
    service.submit("fails", "waits2");
    assertRefused(ProblemCode.QUEUE_FULL, () -> service.submit("fails", "too many"));
    FakeKind.Request wrong = new FakeKind.Request("wrong", -1);
    assertRefused(
        ProblemCode.INVALID_VALUE,
        () -> service.engine().submit(service.kind("fails"), wrong, null));
    assertThat(service.engine().page(Long.MAX_VALUE, 10, null, null)).hasSize(3);
  }

  @Test
  void an_idempotency_key_gives_the_same_job_again() {
    Running service = start();
    FakeKind kind = service.kind("resumes");
    JobView first = service.engine().submit(kind, FakeKind.Request.named("once"), "key");
    kind.finish("once");
    awaitEnd(service, first);
    JobView again = service.engine().submit(kind, FakeKind.Request.named("once"), "key");
    assertThat(again.id()).isEqualTo(first.id());
    assertRefused(
        ProblemCode.INVALID_VALUE,
        () -> service.engine().submit(kind, FakeKind.Request.named("other"), "key"));
    assertRefused(
        ProblemCode.INVALID_VALUE,
        () -> service.engine().submit(kind, FakeKind.Request.named("other"), " "));
  }

  @Test
  void a_job_that_is_run_again_has_the_same_request_and_part_of_the_log() {
    Running service = start();
    FakeKind kind = service.kind("resumes");
    kind.finish("a");
    JobView first = awaitEnd(service, service.submit("resumes", "a"));
    kind.lastSequence = 500;
    JobView again = awaitEnd(service, service.engine().rerun(first.id()));
    assertThat(again.id()).isGreaterThan(first.id());
    assertThat(again.rerunOf()).isEqualTo(first.id());
    assertThat(again.origin()).isEqualTo("rerun");
    assertThat(again.request()).isEqualTo(first.request());
    assertThat(again.logRange()).isEqualTo(new LogRange(1, 100));
    assertThat(again.result()).isEqualTo(first.result());
    JobView anew =
        awaitEnd(service, service.engine().submit(kind, FakeKind.Request.named("a"), null));
    assertThat(anew.logRange()).isEqualTo(new LogRange(1, 500));
  }

  @Test
  void jobs_of_a_service_that_stops_are_dealt_with_at_the_next_start_as_their_kind_says() {
    Running before = start("espalier.jobs.running-max", "3");
    JobView resumes = before.submit("resumes", "resumes");
    JobView restarts = before.submit("restarts", "restarts");
    JobView fails = before.submit("fails", "fails");
    JobView waits = before.submit("fails", "waits");
    for (JobView job : List.of(resumes, restarts, fails)) {
      await(before, job, now -> now.progress() > 0.5);
    }
    before.context().close();
    Running after = start("espalier.jobs.running-max", "3");
    after.kind("resumes").finish("resumes");
    after.kind("restarts").finish("restarts");
    after.kind("fails").finish("waits");
    JsonNode resumed = json(awaitEnd(after, resumes).result());
    assertThat(resumed.get("resumedFrom").asString()).isEqualTo("half");
    assertThat(resumed.get("foundItsFile").asBoolean()).isTrue();
    assertThat(resumed.get("attempt").asInt())
        .as("an orderly stop counts for nothing")
        .isEqualTo(1);
    JsonNode restarted = json(awaitEnd(after, restarts).result());
    assertThat(restarted.get("resumedFrom").asString()).isEmpty();
    assertThat(restarted.get("foundItsFile").asBoolean()).isFalse();
    JobView failed = awaitEnd(after, fails);
    assertThat(failed.status()).isEqualTo("failed");
    assertThat(failed.error()).contains("the service stopped while the job ran");
    assertThat(awaitEnd(after, waits).status()).isEqualTo("succeeded");
  }

  @Test
  void a_job_whose_process_ended_three_times_is_not_tried_a_fourth_time() {
    Running before = start();
    String instance = before.context().getBean(Instance.class).id();
    JobRepository jobs = before.context().getBean(JobRepository.class);
    JobRow template = runningRow(before, jobs);
    JobRow twice = jobs.save(killed(template, instance, "twice", 2));
    JobRow thrice = jobs.save(killed(template, instance, "thrice", 3));
    JobRow elsewhere = jobs.save(killed(template, "another-folder", "elsewhere", 1));
    JobRow gone = jobs.save(killed(template, instance, "gone", "no-such-kind"));
    before.context().close();
    Running after = start();
    after.kind("resumes").finish("twice");
    JobView again = awaitEnd(after, JobView.of(twice));
    assertThat(again.status()).isEqualTo("succeeded");
    assertThat(again.attempt()).isEqualTo(3);
    JobView given = awaitEnd(after, JobView.of(thrice));
    assertThat(given.status()).isEqualTo("failed");
    assertThat(given.error()).contains("ended 3 times");
    assertThat(awaitEnd(after, JobView.of(gone)).status()).isEqualTo("failed");
    JobRepository reopened = after.context().getBean(JobRepository.class);
    assertThat(
            reopened
                .findByInstanceAndId("another-folder", elsewhere.number())
                .orElseThrow()
                .state())
        .as("another data folder's")
        .isEqualTo(JobState.RUNNING);
    assertRefused(ProblemCode.UNKNOWN_JOB, () -> after.engine().find(elsewhere.number()));
  }

  private static JobRow runningRow(Running service, JobRepository jobs) {
    service.kind("resumes").finish("template");
    JobView job = awaitEnd(service, service.submit("resumes", "template"));
    String instance = service.context().getBean(Instance.class).id();
    return jobs.findByInstanceAndId(instance, job.id()).orElseThrow();
  }

  private static JobRow killed(JobRow like, String instance, String name, int attempt) {
    return killed(like, instance, name, "resumes", attempt);
  }

  private static JobRow killed(JobRow like, String instance, String name, String kind) {
    return killed(like, instance, name, kind, 1);
  }

  /** As a process leaves it that is killed. */
  private static JobRow killed(
      JobRow like, String instance, String name, String kind, int attempt) {
    return new JobRow(
        null,
        instance,
        kind,
        JobState.RUNNING,
        "first",
        0.3,
        5L,
        null,
        like.request().replace("template", name),
        name,
        like.origin(),
        null,
        like.requestedBy(),
        null,
        like.seed(),
        null,
        null,
        like.codeVersion(),
        attempt,
        null,
        null,
        null,
        like.createdMs(),
        like.startedMs(),
        null);
  }

  @Test
  void folders_of_jobs_that_are_no_more_are_removed_at_the_start() throws Exception {
    Path left = Files.createDirectories(data.resolve("jobs/123456/deep"));
    Path foreign = Files.createDirectories(data.resolve("jobs/notes"));
    start();
    await(() -> !Files.exists(left.getParent()));
    assertThat(foreign).exists();
  }

  @Test
  void old_jobs_leave_the_history() {
    Running before = start();
    for (int i = 0; i < 5; i++) {
      before.kind("resumes").finish("j" + i);
      awaitEnd(before, before.submit("resumes", "j" + i));
    }
    JobView waits = before.submit("fails", "lives");
    await(before, waits, job -> job.status().equals("running"));
    before.context().close();
    Running after = start("espalier.jobs.history-max", "3");
    await(() -> after.engine().page(Long.MAX_VALUE, 10, "resumes", null).size() == 2);
    assertThat(after.engine().page(Long.MAX_VALUE, 10, null, null)).hasSize(3);
  }

  @Test
  void the_list_is_filtered_and_goes_on_below_an_id() {
    Running service = start();
    for (int i = 0; i < 3; i++) {
      service.kind("resumes").finish("j" + i);
      awaitEnd(service, service.submit("resumes", "j" + i));
    }
    service.kind("restarts").fail("bad", "no");
    JobView bad = awaitEnd(service, service.submit("restarts", "bad"));
    JobEngine engine = service.engine();
    assertThat(ids(engine.page(Long.MAX_VALUE, 10, null, null)))
        .hasSize(4)
        .isSortedAccordingTo((a, b) -> Long.compare(b, a));
    assertThat(ids(engine.page(Long.MAX_VALUE, 10, "restarts", null))).containsExactly(bad.id());
    assertThat(ids(engine.page(Long.MAX_VALUE, 10, null, JobState.FAILED)))
        .containsExactly(bad.id());
    assertThat(engine.page(bad.id(), 2, null, null)).hasSize(2);
    assertThat(engine.page(Long.MAX_VALUE, 10, "resumes", JobState.FAILED)).isEmpty();
  }

  private static List<Long> ids(List<JobView> jobs) {
    return jobs.stream().map(JobView::id).toList();
  }

  @Test
  void watchers_hear_of_changes_and_are_bounded() throws Exception {
    Running service = start("espalier.jobs.watchers-max", "1");
    JobView job = service.submit("resumes", "seen");
    try (JobFeed.Watch watch = service.engine().watch(job.id())) {
      assertRefused(ProblemCode.UNAVAILABLE, () -> service.engine().watch(job.id()));
      await(service, job, now -> now.progress() > 0.5);
      assertThat(watch.await(PATIENCE)).isTrue();
      service.kind("resumes").finish("seen");
      while (!service.engine().find(job.id()).ended()) {
        assertThat(watch.await(PATIENCE)).isTrue();
      }
      service.context().close();
      assertThat(watch.await(PATIENCE)).as("nothing more comes").isFalse();
    }
  }

  static JobView awaitEnd(Running service, JobView job) {
    return await(service, job, JobView::ended);
  }

  private interface Wanted {
    boolean by(JobView job);
  }

  private static JobView await(Running service, JobView job, Wanted wanted) {
    JobView[] found = {job};
    await(() -> {
      try {
        found[0] = service.engine().find(job.id());
        return wanted.by(found[0]);
      } catch (ProblemException e) {
        assertThat(e.code()).isEqualTo(ProblemCode.UNAVAILABLE);
        return false;
      }
    });
    return found[0];
  }

  private static void await(BooleanSupplier condition) {
    long endNs = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("patience").isLessThan(endNs);
      LockSupport.parkNanos(2_000_000);
    }
  }

  private static void assertRefused(ProblemCode code, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            ProblemException.class, e -> assertThat(e.code()).as(e.detail()).isEqualTo(code));
  }

  private Path folder(JobView job) {
    return data.resolve("jobs").resolve(Long.toString(job.id()));
  }

  private static JsonNode json(@Nullable String text) {
    return JsonMapper.shared().readTree(String.valueOf(text));
  }
}
