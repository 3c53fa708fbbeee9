package org.espalier.service.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.espalier.embeddings.store.StoreOptions;
import org.espalier.service.platform.EspalierApplication;
import org.espalier.service.upkeep.BackupSet;
import org.espalier.service.wire.ProblemCode;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What an administrator does, through a service of its own. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@TestInstance(Lifecycle.PER_CLASS)
class AdminHttpTest {

  /** Takes seconds an epoch, so that a test finds it running. */
  private static final String LONG = "{\"dim\":640,\"seed\":%d}";

  @TempDir static Path data;

  private @Nullable ConfigurableApplicationContext context;
  private RunningHttp service = new RunningHttp(0);
  private int first;
  private int second;

  @BeforeAll
  void startAndTrain() {
    context =
        EspalierApplication.run(
            "--server.port=0",
            "--espalier.data-dir=" + data,
            "--espalier.ranking.warm-up=0ms",
            "--espalier.jobs.running-max=1");
    service =
        new RunningHttp(
            Integer.parseInt(context.getEnvironment().getRequiredProperty("local.server.port")));
    service.sendWorld(200, 100, 6000);
    service.awaitAdmin();
    first = service.train("{\"dim\":8,\"activate\":\"auto\"}");
    second = service.train("{\"dim\":4}");
  }

  @AfterAll
  void stop() {
    if (context != null) {
      context.close();
    }
  }

  private int active() {
    return service.get("/v1/admin/stats").json().get("active_generation").asInt();
  }

  @Test
  void a_training_is_watched_from_its_start_to_its_end() throws Exception {
    long job = service.submit("/v1/admin/trainings", "{\"dim\":16,\"seed\":7}");
    List<JsonNode> events = watch(job);
    assertThat(events.getFirst().get("job_id").asLong()).isEqualTo(job);
    assertThat(events).extracting(event -> event.get("progress").asDouble()).isSorted();
    JsonNode last = events.getLast();
    assertThat(last.get("status").asString()).isEqualTo("succeeded");
    assertThat(last.get("seed").asLong()).isEqualTo(7);
    assertThat(last.get("log_range").toString()).isEqualTo("{\"from\":1,\"to\":6000}");
    assertThat(last.get("request").get("loss").asString()).isEqualTo("als");
    assertThat(last.get("result").get("metrics").get("ndcg@20").isNumber()).isTrue();
    int made = last.get("result").get("generation").asInt();
    JsonNode generation = service.get("/v1/admin/generations/" + made).assertStatus(200).json();
    assertThat(generation.get("active").asBoolean()).isFalse();
    assertThat(generation.get("dim").asInt()).isEqualTo(16);
    assertThat(generation.get("origin").get("to_sequence").asLong()).isEqualTo(6000);
    assertThat(watch(job)).as("of a job that has ended").hasSize(1);

    JsonNode again = service.awaitEnd(service.submit("/v1/admin/jobs/" + job + ":rerun", ""));
    assertThat(again.get("result").get("metrics")).isEqualTo(last.get("result").get("metrics"));
    assertThat(again.get("rerun_of").asLong()).isEqualTo(job);
  }

  private List<JsonNode> watch(long job) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(service.uri("/v1/admin/jobs/" + job + "/events")).build();
    HttpResponse<Stream<String>> response =
        HttpClient.newHttpClient().send(request, BodyHandlers.ofLines());
    assertThat(response.headers().firstValue("Content-Type").orElse(""))
        .startsWith("text/event-stream");
    List<JsonNode> events = new ArrayList<>();
    response
        .body()
        .filter(line -> line.startsWith("data: "))
        .forEach(line -> events.add(JsonMapper.shared().readTree(line.substring(6))));
    return events;
  }

  @Test
  void a_training_is_cancelled_while_it_runs_and_leaves_nothing() {
    int before = service.get("/v1/admin/generations").json().get("items").size();
    long job = service.submit("/v1/admin/trainings", LONG.formatted(1));
    long waits = service.submit("/v1/admin/trainings", LONG.formatted(2));
    service.awaitJob(job, now -> now.get("progress").asDouble() >= 0.05);
    service.post("/v1/admin/trainings", LONG.formatted(2)).assertProblem(ProblemCode.JOB_CONFLICT);
    assertThat(
            service
                .post("/v1/admin/jobs/" + waits + ":cancel", "")
                .assertStatus(200)
                .json()
                .get("status")
                .asString())
        .isEqualTo("cancelled");
    service.post("/v1/admin/jobs/" + job + ":cancel", "").assertStatus(200);
    assertThat(service.awaitEnd(job).get("status").asString()).isEqualTo("cancelled");
    assertThat(service.get("/v1/admin/generations").json().get("items")).hasSize(before);
    assertThat(data.resolve("jobs").resolve(Long.toString(job))).doesNotExist();
  }

  @Test
  void a_search_makes_a_candidate_of_pruned_tables_with_its_report() {
    long job =
        service.submit(
            "/v1/admin/pruning-jobs",
            """
            {"tables":["item","user"],"method":"pme","target":{"keep":0.25},"dim":16,
             "source":{"since":"2020-01-01T00:00:00Z"},"start":"warm"}\
            """);
    JsonNode ended = service.awaitEnd(job);
    assertThat(ended.get("status").asString()).as(ended.toString()).isEqualTo("succeeded");
    assertThat(ended.get("log_range").get("to").asLong()).isEqualTo(6000);
    JsonNode result = ended.get("result");
    assertThat(result.get("activated").asBoolean()).isFalse();
    JsonNode candidate =
        service
            .get("/v1/admin/generations/" + result.get("generation").asInt())
            .assertStatus(200)
            .json();
    long values =
        candidate
            .get("tables")
            .valueStream()
            .mapToLong(table -> table.get("values").asLong())
            .sum();
    assertThat(values).isPositive().isLessThanOrEqualTo(300 * 16 / 4);
    Answer report = service.get("/v1/admin/jobs/" + job + "/reports/report.json").assertStatus(200);
    assertThat(report.json().get("curve")).isNotEmpty();
    assertThat(
            service.get("/v1/admin/jobs/" + job + "/reports/report.html").assertStatus(200).body())
        .contains("<svg");
    assertThat(service.get("/v1/admin/pruning-jobs").texts("items", "kind"))
        .containsOnly("pruning");
    service.get("/v1/admin/pruning-jobs/" + job).assertStatus(200);
    service.get("/v1/admin/pruning-jobs/1").assertProblem(ProblemCode.UNKNOWN_JOB);
    service
        .post(
            "/v1/admin/generations/" + result.get("generation").asInt() + ":activate",
            "{\"expected_current\":%d}".formatted(active()))
        .assertStatus(200);
    assertThat(service.get("/v1/recommend/u1").json().get("items")).isNotEmpty();
  }

  @Test
  void a_search_learns_from_the_active_generation_or_says_why_it_cannot() {
    String body = "{\"target\":{\"keep\":0.25},\"dim\":%d,\"teacher\":\"active\",\"dry_run\":true}";
    int dim = service.get("/v1/admin/generations/" + first).json().get("dim").asInt();
    service
        .post(
            "/v1/admin/generations/" + first + ":activate",
            "{\"expected_current\":%d}".formatted(active()))
        .assertStatus(200);
    long job = service.submit("/v1/admin/pruning-jobs", body.formatted(dim));
    JsonNode ended = service.awaitEnd(job);
    assertThat(ended.get("status").asString()).as(ended.toString()).isEqualTo("succeeded");
    JsonNode teacher =
        service.get("/v1/admin/jobs/" + job + "/reports/report.json").json().get("teacher");
    assertThat(teacher.get("kind").asString()).isEqualTo("active");
    assertThat(teacher.get("generation").asInt()).isEqualTo(first);
    assertThat(teacher.get("seconds").asDouble()).isGreaterThanOrEqualTo(0);

    Answer refused = service.post("/v1/admin/pruning-jobs", body.formatted(dim + 1));
    refused.assertProblem(ProblemCode.NO_TEACHER);
    assertThat(refused.body()).contains("search with teacher trained");
  }

  @Test
  void a_dry_run_reports_and_makes_no_generation() {
    int before = service.get("/v1/admin/generations").json().get("items").size();
    long job =
        service.submit(
            "/v1/admin/pruning-jobs",
            "{\"method\":\"uniform\",\"target\":{\"keep\":0.5},\"dim\":8,\"dry_run\":true}");
    JsonNode result = service.awaitEnd(job).get("result");
    assertThat(result.get("generation").isNull()).isTrue();
    assertThat(result.get("metrics").get("full ndcg@20").isNumber()).isTrue();
    assertThat(service.get("/v1/admin/generations").json().get("items")).hasSize(before);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {}                                                              | missing_field
          {"target":{"keep":0}}                                           | invalid_value
          {"target":{}}                                                   | invalid_value
          {"target":{"max_drop":-1}}                                      | invalid_value
          {"target":{"keep":0.1},"min_drift":2}                           | invalid_value
          {"target":{"keep":0.1},"start":"hot"}                           | invalid_type
          {"target":{"keep":1.5}}                                         | invalid_value
          {"target":{"keep":0.1},"tables":["item","genre"]}               | invalid_value
          {"target":{"keep":0.1},"teacher":"none"}                        | invalid_type
          {"target":{"keep":0.1},"teacher":"active","source":{"since":"2020-01-01T00:00:00Z"}} | invalid_value
          {"target":{"keep":0.1},"method":"mask"}                         | invalid_type
          {"target":{"keep":0.1},"dim":1000}                              | invalid_value
          {"target":{"keep":0.1},"threads":0}                             | invalid_value
          {"target":{"keep":0.1},"threads":1025}                          | invalid_value
          {"target":{"keep":0.1},"duty":0}                                | invalid_value
          {"target":{"keep":0.1},"source":{"since":"yesterday"}}          | invalid_timestamp
          {"target":{"keep":0.1},"guard":{"metric":"auc","max_drop":0.1}} | invalid_value
          {"target":{"keep":0.1},"dry_run":true,"activate":"auto"}        | invalid_value
          """)
  void a_wrong_search_is_refused_before_anything_is_queued(String body, String code) {
    Answer answer = service.post("/v1/admin/pruning-jobs", body);
    assertThat(answer.json().get("code").asString()).as(answer.body()).isEqualTo(code);
    assertThat(answer.status()).isEqualTo(400);
  }

  @Test
  void an_unknown_table_is_named() {
    assertThat(
            service
                .post(
                    "/v1/admin/pruning-jobs",
                    "{\"target\":{\"keep\":0.1},\"tables\":[\"item\",\"genre\"]}")
                .body())
        .contains("there is no table 'genre', only item and user");
  }

  @Test
  void of_two_activations_at_once_one_wins() throws Exception {
    service
        .post(
            "/v1/admin/generations/" + first + ":activate",
            "{\"expected_current\":%d}".formatted(active()))
        .assertStatus(200);
    int wins = 0;
    for (int round = 0; round < 10; round++) {
      String expected = "{\"expected_current\":%d}".formatted(active());
      List<Future<Answer>> answers = new ArrayList<>();
      try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
        int other = active() == first ? second : first;
        for (int i = 0; i < 2; i++) {
          answers.add(
              threads.submit(
                  () -> service.post("/v1/admin/generations/" + other + ":activate", expected)));
        }
      }
      for (Future<Answer> answer : answers) {
        if (answer.get().status() == 200) {
          wins++;
        } else {
          answer.get().assertProblem(ProblemCode.STALE_GENERATION);
        }
      }
    }
    assertThat(wins).as("one a round").isEqualTo(10);
  }

  @Test
  void an_activated_generation_answers_the_next_ranking_and_a_rollback_too() {
    for (int number : new int[] {second, first, second}) {
      service
          .post(
              "/v1/admin/generations/" + number + ":activate",
              "{\"expected_current\":%d}".formatted(active()))
          .assertStatus(200);
      assertThat(service.get("/v1/recommend/u1").json().get("generation").asInt())
          .isEqualTo(number);
    }
  }

  @Test
  void what_cannot_be_activated_leaves_all_as_it_was() {
    int before = active();
    service
        .post("/v1/admin/generations/999:activate", "{\"expected_current\":%d}".formatted(before))
        .assertProblem(ProblemCode.UNKNOWN_GENERATION);
    service
        .post("/v1/admin/generations/" + first + ":activate", "{\"expected_current\":null}")
        .assertProblem(ProblemCode.STALE_GENERATION);
    service
        .post("/v1/admin/generations/" + first + ":activate", "{}")
        .assertProblem(ProblemCode.MISSING_FIELD);
    assertThat(active()).isEqualTo(before);
  }

  @Test
  void pinned_and_active_generations_are_not_deleted() {
    int made = service.train("{\"dim\":2,\"held_out\":0}");
    String path = "/v1/admin/generations/" + made;
    assertThat(
            service
                .put(path + ":pin", "{\"pinned\":true,\"reason\":\"compare with it\"}")
                .assertStatus(200)
                .json()
                .get("pin_reason")
                .asString())
        .isEqualTo("compare with it");
    service.delete(path).assertProblem(ProblemCode.GENERATION_PINNED);
    service.put(path + ":pin", "{\"pinned\":false}").assertStatus(200);
    service.delete(path).assertStatus(204);
    service.get(path).assertProblem(ProblemCode.UNKNOWN_GENERATION);
    service.delete(path).assertProblem(ProblemCode.UNKNOWN_GENERATION);
    String answers = "/v1/admin/generations/" + active();
    service.put(answers + ":pin", "{\"pinned\":false}").assertStatus(200);
    service.delete(answers).assertProblem(ProblemCode.GENERATION_ACTIVE);
  }

  @Test
  void a_generation_that_an_experiment_serves_is_not_deleted() {
    int made = service.train("{\"dim\":2,\"held_out\":0}");
    String path = "/v1/admin/generations/" + made;
    beginExperiment("tiles", made);
    Answer refused = service.delete(path).assertProblem(ProblemCode.GENERATION_IN_USE);
    assertThat(refused.json().get("detail").asString()).contains("experiment tiles");
    service.get(path).assertStatus(200);
    service.delete("/v1/admin/experiments/tiles").assertStatus(204);
    service.delete(path).assertStatus(204);
  }

  private void beginExperiment(String name, int generation) {
    service
        .put(
            "/v1/admin/experiments/" + name,
            "{\"variants\":[{\"name\":\"new\",\"generation\":%d,\"share\":0.1}]}"
                .formatted(generation))
        .assertStatus(200);
  }

  @Test
  void a_generation_compared_with_itself_is_the_same_and_with_another_is_not() {
    JsonNode same = compare(first, first).get("rankings");
    assertThat(same.get("overlap").asDouble()).isEqualTo(1);
    assertThat(same.get("same_first").asDouble()).isEqualTo(1);
    assertThat(same.get("enters")).isEmpty();
    JsonNode both = compare(first, second);
    assertThat(both.get("a").get("bytes").asLong())
        .isEqualTo(2 * both.get("b").get("bytes").asLong());
    JsonNode ndcg = both.get("metrics").get("ndcg@20");
    assertThat(ndcg.get("change").asDouble())
        .isEqualTo(ndcg.get("b").asDouble() - ndcg.get("a").asDouble());
    JsonNode rankings = both.get("rankings");
    assertThat(rankings.get("users").asInt()).isEqualTo(50);
    assertThat(rankings.get("overlap").asDouble()).isBetween(0.01, 0.99);
    JsonNode mover = rankings.get("enters").get(0);
    assertThat(mover.get("in_b").asInt()).isGreaterThan(mover.get("in_a").asInt());
    service
        .get("/v1/admin/generations:compare?a=%d&b=999".formatted(first))
        .assertProblem(ProblemCode.UNKNOWN_GENERATION);
    service
        .get("/v1/admin/generations:compare?a=%d&b=%d&k=0".formatted(first, second))
        .assertProblem(ProblemCode.INVALID_VALUE);
  }

  private JsonNode compare(int a, int b) {
    return service
        .get("/v1/admin/generations:compare?a=%d&b=%d&k=10&users=50".formatted(a, b))
        .assertStatus(200)
        .json();
  }

  @Test
  void a_backup_is_made_listed_and_verified_old_ones_go_and_the_database_is_in_it(
      @TempDir Path restored) throws Exception {
    for (int i = 0; i < 3; i++) {
      JsonNode job = service.awaitEnd(service.submit("/v1/admin/backups", "{\"keep\":2}"));
      assertThat(job.get("status").asString()).as(job.toString()).isEqualTo("succeeded");
    }
    assertThat(service.get("/v1/admin/backups").assertStatus(200).json().get("items")).hasSize(2);
    assertThat(service.get("/v1/admin/backups").texts("items", "has_database"))
        .containsOnly("true");
    BackupSet backups = BackupSet.in(data.resolve("backups"));
    assertThat(backups.restore(OptionalInt.empty(), restored, true, StoreOptions.defaults()))
        .returns(true, BackupSet.Restored::hasDatabase);
    assertThat(restored.resolve("control/instance"))
        .hasSameTextualContentAs(data.resolve("control/instance"));
    try (Connection database =
            DriverManager.getConnection(
                "jdbc:h2:file:" + restored.resolve("control/control") + ";MODE=PostgreSQL",
                "espalier",
                "");
        ResultSet jobs =
            database
                .createStatement()
                .executeQuery("select count(*) from job where kind = 'backup'")) {
      assertThat(jobs.next()).isTrue();
      assertThat(jobs.getInt(1)).isGreaterThanOrEqualTo(3);
    }
    Path copy = data.resolve("backups/control").resolve(backups.list().getLast().number() + ".zip");
    Files.write(copy, new byte[] {0}, StandardOpenOption.APPEND);
    assertThatThrownBy(() ->
            backups.restore(
                OptionalInt.empty(), restored.resolve("x"), true, StoreOptions.defaults()))
        .hasMessageContaining(
            "is damaged or missing; restore another backup, or add --without-database");
  }

  @Test
  void a_clean_up_keeps_the_newest_the_active_the_pinned_and_what_an_experiment_serves() {
    int pinned = service.train("{\"dim\":3,\"held_out\":0}");
    service.put("/v1/admin/generations/" + pinned + ":pin", "{\"pinned\":true}").assertStatus(200);
    int old = service.train("{\"dim\":3,\"held_out\":0,\"seed\":2}");
    int tried = service.train("{\"dim\":3,\"held_out\":0,\"seed\":4}");
    beginExperiment("clean", tried);
    int newest = service.train("{\"dim\":3,\"held_out\":0,\"seed\":3}");
    for (int number : new int[] {first, second}) { // the other tests' own
      service
          .put("/v1/admin/generations/" + number + ":pin", "{\"pinned\":true}")
          .assertStatus(200);
    }
    JsonNode job =
        service.awaitEnd(service.submit("/v1/admin/cleanups", "{\"keep_generations\":1}"));
    assertThat(job.get("result").get("generations").toString()).contains(Integer.toString(old));
    assertThat(service.get("/v1/admin/generations").texts("items", "generation"))
        .contains(
            Integer.toString(pinned),
            Integer.toString(tried),
            Integer.toString(newest),
            Integer.toString(active()))
        .doesNotContain(Integer.toString(old));
    service.delete("/v1/admin/experiments/clean").assertStatus(204);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {}                                    | missing_field
          {"max_events":-1}                     | invalid_value
          {"max_age":"three months"}            | invalid_value
          {"max_age":"-P1D"}                    | invalid_value
          {"max_age":"P999999999999D"}          | invalid_value
          {"max_age":"P90D","max_events":"all"} | invalid_type
          """)
  void a_wrong_retention_is_refused(String body, String code) {
    Answer answer = service.post("/v1/admin/retentions", body);
    assertThat(answer.json().get("code").asString()).as(answer.body()).isEqualTo(code);
  }

  @Test
  void a_retention_that_has_nothing_to_do_says_where_the_log_begins() {
    JsonNode job =
        service.awaitEnd(service.submit("/v1/admin/retentions", "{\"max_events\":1000000}"));
    assertThat(job.get("result").get("events").asLong()).isZero();
    assertThat(job.get("result").get("first_sequence").asLong()).isEqualTo(1);
  }

  @Test
  void changes_and_refusals_are_in_the_audit_log() {
    service.delete("/v1/admin/generations/998");
    service.put("/v1/admin/generations/" + first + ":pin", "{\"pinned\":true}").assertStatus(200);
    Answer log = service.get("/v1/admin/audit?limit=1000").assertStatus(200);
    assertThat(log.texts("items", "operation"))
        .contains("job.submit", "generation.activate", "generation.delete", "generation.pin");
    assertThat(log.json().get("items").valueStream())
        .anySatisfy(entry -> {
          assertThat(entry.get("target").asString()).isEqualTo("generation 998");
          assertThat(entry.get("outcome").asString()).isEqualTo("no_such_generation");
          assertThat(entry.get("caller").asString()).isEqualTo("local");
          assertThat(entry.get("trace_id").asString()).hasSize(32);
        })
        .anySatisfy(entry -> {
          assertThat(entry.get("detail").asString()).isEqualTo("by job 1");
          assertThat(entry.get("outcome").asString()).isEqualTo("done");
        });
    Answer page = service.get("/v1/admin/audit?limit=1").assertStatus(200);
    String cursor = page.json().get("next_cursor").asString();
    assertThat(service.get("/v1/admin/audit?limit=1&cursor=" + cursor).texts("items", "id"))
        .isNotEqualTo(page.texts("items", "id"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"dim":0}                                          | invalid_value
          {"dim":"8"}                                        | invalid_type
          {"loss":"hinge"}                                   | invalid_type
          {"held_out":0.9}                                   | invalid_value
          {"threads":0}                                      | invalid_value
          {"colour":"red"}                                   | unknown_field
          {"guard":{"metric":"ndcg@20","max_drop":0.1}}      | invalid_value
          {"activate":"auto","guard":{"metric":"ndcg@20"}}   | missing_field
          nothing                                            | broken_json
          """)
  void a_wrong_training_is_refused_before_anything_is_queued(String body, String code) {
    int before = service.get("/v1/admin/jobs?limit=1000").json().get("items").size();
    Answer answer = service.post("/v1/admin/trainings", body);
    assertThat(answer.json().get("code").asString()).as(answer.body()).isEqualTo(code);
    assertThat(answer.status()).isEqualTo(400);
    assertThat(service.get("/v1/admin/jobs?limit=1000").json().get("items")).hasSize(before);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          /v1/admin/trainings    | {"loss":"hinge"}         | loss must be one of als, bpr, softmax
          /v1/admin/trainings    | {"loss":"BPR"}           | loss must be one of als, bpr, softmax
          /v1/admin/propagations | {"scope":"some"}         | scope must be one of full, dirty
          /v1/admin/pruning-jobs | {"start":"hot"}          | start must be one of cold, warm
          """)
  void a_name_that_is_not_known_is_answered_with_the_names_as_callers_write_them(
      String path, String body, String detail) {
    assertThat(service.post(path, body).assertStatus(400).json().get("detail").asString())
        .isEqualTo(detail);
  }

  @ParameterizedTest
  @CsvSource({
    "/v1/admin/jobs/999999, unknown_job",
    "/v1/admin/jobs/nonsense, unknown_job",
    "/v1/admin/jobs/999999/events, unknown_job",
    "/v1/admin/jobs/1/reports/nothing, unknown_job",
    "/v1/admin/jobs?status=lost, invalid_value",
    "/v1/admin/jobs?limit=0, invalid_value",
    "/v1/admin/jobs?limit=1000000000, invalid_value",
    "/v1/admin/jobs?cursor=x, invalid_cursor",
    "/v1/admin/generations/0, unknown_generation",
    "/v1/admin/generations/-1, unknown_generation",
    "/v1/admin/generations?cursor=x, invalid_cursor",
    "/v1/admin/generations:compare?a=1, missing_field"
  })
  void what_is_not_there_or_makes_no_sense_is_a_problem(String path, String code) {
    Answer answer = service.get(path);
    assertThat(answer.json().get("code").asString()).as(answer.body()).isEqualTo(code);
    assertThat(answer.status()).isIn(400, 404);
  }
}
