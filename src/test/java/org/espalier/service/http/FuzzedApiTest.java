package org.espalier.service.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import org.assertj.core.api.SoftAssertions;
import org.espalier.embeddings.store.Commit;
import org.espalier.embeddings.store.Field;
import org.espalier.embeddings.store.Store;
import org.espalier.service.http.ApiDocument.Operation;
import org.espalier.service.http.FuzzedCalls.Call;
import org.espalier.service.platform.EspalierApplication;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;
import tools.jackson.databind.JsonNode;

/**
 * Hostile calls of every route, made of the API's description; {@code -Despalier.fuzz.calls=50000} makes so many of each
 * seed.
 */
@DisplayNameGeneration(ReplaceUnderscores.class)
@TestInstance(Lifecycle.PER_CLASS)
class FuzzedApiTest {

  private static final int FAULTS_MAX = 100;

  /** Jobs that one operation starts before it has no more turns: a backup takes long. */
  private static final int JOBS_MAX = 40;

  private static final int CALLS = Integer.getInteger("espalier.fuzz.calls", 310);
  private static final String ADMIN = "configured-by-the-test-0123456789abcdef";
  private static final String RANK =
      "{\"user_id\":\"u1\",\"items\":[{\"id\":\"i1\"},{\"id\":\"i2\"}]}";

  /** What no caller may see: names of classes, traces of calls, the database's own words. */
  private static final Pattern INSIDES =
      Pattern.compile(
          "Exception|\\bat [a-z]+\\.[a-z]+|org\\.espalier\\.|java\\.(lang|util)|jakarta\\.|org\\.(spring|h2|rocksdb)|SQL");

  /** Random letters, which may spell any word. */
  private static final Pattern RANDOM =
      Pattern.compile("\"(ranking_id|next_cursor|key)\":\"[^\"]*\"");

  private static final String OPEN_JOBS = "select id from job where finished_ms is null";
  private static final String FAULTY_JOBS =
      "select id || ' ' || request || ' ' || error from job where error like 'a fault of the service%'";

  private static final String CHANGES =
      """
      select (select count(*) from job) || ' ' || (select count(*) from api_key) || ' '
        || (select count(*) from api_key where revoked_ms is not null) || ' '
        || (select count(*) from generation_note where pinned) || ' '
        || coalesce((select max(name) || max(salt) || max(variants) from experiment), '') || ' '
        || (select count(*) from audit_entry where outcome in ('done', 'started'))
      """;

  @TempDir static Path data;

  private final AtomicInteger commits = new AtomicInteger();
  private @Nullable ConfigurableApplicationContext context;
  private int port;

  @BeforeAll
  void startWithAGeneration() {
    context =
        EspalierApplication.run(
            "--server.port=0",
            "--server.tomcat.keep-alive-timeout=1h", // so that whatever ends a connection is a
            // fault
            "--server.tomcat.max-keep-alive-requests=-1",
            "--espalier.data-dir=" + data,
            "--espalier.ranking.warm-up=0ms",
            "--espalier.access.admin-key=" + ADMIN,
            "--espalier.access.requests-per-s=1000000",
            "--espalier.access.failures-per-minute=100000");
    port =
        Integer.parseInt(String.valueOf(context.getEnvironment().getProperty("local.server.port")));
    while (send("GET", "/v1/admin/jobs", "").status() == 503) {
      LockSupport.parkNanos(20_000_000); // the database opens beside the start
    }
    serveAGeneration();
    assertThat(ranking().path("generation").asInt()).isEqualTo(1);
    bean(Store.class).onCommit(this::count);
  }

  /** Sends events of 20 users and 30 items, and serves what is trained on them. */
  private void serveAGeneration() {
    StringBuilder events = new StringBuilder();
    for (int e = 0; e < 600; e++) {
      events
          .append(e == 0 ? "[" : ",")
          .append(
              "{\"type\":\"click\",\"user_id\":\"u%d\",\"item_id\":\"i%d\"}"
                  .formatted(e % 20, (e * 7 + e / 20) % 30));
    }
    send("POST", "/v1/events", events + "]").assertStatus(202);
    send("POST", "/v1/admin/trainings", "{\"dim\":8,\"held_out\":0,\"activate\":\"auto\"}")
        .assertStatus(202);
    settle(false);
  }

  private void count(Commit commit) {
    if (!commit.users().isEmpty()
        || !commit.entities().isEmpty()
        || !commit.items().isEmpty()
        || !commit.erasedUsers().isEmpty()
        || !commit.triples().isEmpty()) {
      commits.incrementAndGet();
    }
  }

  @AfterAll
  void stop() {
    if (context != null) {
      context.close();
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2})
  void hostile_calls_get_problems_and_change_nothing(long seed) throws IOException {
    ApiDocument api = new ApiDocument(send("GET", "/v3/api-docs", "").assertStatus(200).body());
    FuzzedCalls calls = new FuzzedCalls(api, seed);
    List<Operation> operations = api.operations();
    Map<Integer, Integer> statuses = new TreeMap<>();
    Map<Integer, Integer> closed = new TreeMap<>();
    Map<String, Integer> jobs = new TreeMap<>();
    SoftAssertions all = new SoftAssertions(); // one run shows more than one fault
    RawHttp http = new RawHttp(port);
    int answered = 0; // calls on this connection
    try {
      int turn = 0;
      for (int i = 0; i < CALLS; i++) {
        Operation operation = operations.get(turn++ % operations.size());
        while (jobs.getOrDefault(operation.id(), 0) >= JOBS_MAX) {
          operation = operations.get(turn++ % operations.size());
        }
        Call call = calls.next(operation);
        String before = state();
        String asked = "seed %d call %d %s".formatted(seed, i, call);
        final Answer answer;
        try {
          answer = exchange(http, call);
        } catch (IOException e) {
          all.fail("is answered, after " + answered + " others on its connection: " + asked, e);
          http.close();
          http = new RawHttp(port);
          answered = 0;
          continue;
        }
        answered++;
        String what = asked + "\n" + answer;
        all.check(() -> check(api, call, answer, what));
        statuses.merge(answer.status(), 1, Integer::sum);
        if (answer.status() >= 300) {
          all.assertThat(state()).as("is refused and changes nothing: " + what).isEqualTo(before);
        } else if (!call.method().equals("GET")) {
          if (answer.status() == 202 && answer.body().contains("\"job_id\"")) {
            jobs.merge(operation.id(), 1, Integer::sum);
          }
          settle(true);
        }
        boolean closes = answer.header("Connection").equalsIgnoreCase("close");
        if (closes) {
          closed.merge(answer.status(), 1, Integer::sum);
          all.assertThat(answer.status())
              .as("closes after an error only: " + what)
              .isGreaterThanOrEqualTo(400);
        }
        if (closes || call.endsEarly()) {
          http.close();
          http = new RawHttp(port);
          answered = 0;
        }
        if ((i + 1) % 5000 == 0) {
          System.out.printf("seed %d, %d calls: %s%n", seed, i + 1, statuses);
        }
        if (all.errorsCollected().size() >= FAULTS_MAX) {
          break;
        }
      }
    } finally {
      http.close();
    }
    all.assertAll();
    assertThat(bean(JdbcTemplate.class).queryForList(FAULTY_JOBS, String.class)).isEmpty();
    assertServesAnew();
    assertThat(statuses).containsKeys(200, 202, 400, 401, 404);
    System.out.printf("seed %d: %s, closed after %s%n", seed, statuses, closed);
  }

  /** Accepted calls may have deleted or hidden what is ranked, or serve another generation of it. */
  private void assertServesAnew() {
    for (JsonNode experiment : send("GET", "/v1/admin/experiments", "").json().path("items")) {
      send("DELETE", "/v1/admin/experiments/" + experiment.path("id").asString(), "");
    }
    for (String item : List.of("i1", "i2")) {
      assertThat(send("PUT", "/v1/items/" + item, "{}").status()).isIn(200, 201);
    }
    serveAGeneration();
    assertThat(ranking().path("items")).hasSize(2);
  }

  private static Answer exchange(RawHttp http, Call call) throws IOException {
    http.send(call.bytes(ADMIN));
    if (call.endsEarly()) {
      http.end();
    }
    return call.method().equals("HEAD") ? http.answerOfHead() : http.answer();
  }

  private void check(ApiDocument api, Call call, Answer answer, String what) {
    assertThat(answer.status()).as(what).isLessThan(500);
    assertThat(RANDOM.matcher(answer.body()).replaceAll(""))
        .as(what)
        .doesNotContainPattern(INSIDES);
    assertThat(answer.headers().firstValue("X-Injected")).as(what).isEmpty();
    if (call.method().equals("HEAD")) {
      return;
    }
    String type = answer.header("Content-Type").replaceAll(";.*", "");
    JsonNode described = call.operation().response(answer.status());
    if (answer.status() >= 400) {
      assertThat(type).as(what).isEqualTo(ApiDocument.PROBLEM_JSON);
      JsonNode problem = answer.json();
      JsonNode schema = api.root().path("components").path("schemas").path("Problem");
      assertThat(api.faults(schema, problem)).as(what).isEmpty();
      assertThat(problem.path("status").asInt()).as(what).isEqualTo(answer.status());
      assertThat(problem.path("trace_id").asString()).as(what).matches("[0-9a-f]{32}");
      String code = problem.path("code").asString();
      boolean reached = !List.of("unknown_route", "method_not_allowed").contains(code);
      if (reached && call.method().equals(call.operation().method())) {
        JsonNode examples =
            described.path("content").path(ApiDocument.PROBLEM_JSON).path("examples");
        assertThat(examples.propertyNames()).as(what).contains(code);
      }
      return;
    }
    if (!call.method().equals(call.operation().method()) || wandered(call)) {
      return; // another operation answered
    }
    assertThat(described.isMissingNode()).as(what).isFalse();
    if (type.equals("application/json")) {
      JsonNode schema = described.path("content").path(type).path("schema");
      assertThat(api.faults(schema, answer.json())).as(what).isEmpty();
    }
  }

  /** Whether the path may have led to another operation. */
  private static boolean wandered(Call call) {
    String path = call.head().split(" ", -1)[1].replaceAll("\\?.*", "");
    String pattern =
        call.operation()
            .path()
            .replaceAll("[.:]", "\\\\$0")
            .replaceAll("\\{[^}]*}", "[A-Za-z0-9_.-]+");
    return !path.matches(pattern) || path.contains("/.");
  }

  /** Everything that a refused call must leave as it is. */
  private String state() {
    Store store = bean(Store.class);
    return "%d %d %s %s %d %d %d %s"
        .formatted(
            commits.get(),
            store.lastSequence(),
            store.generations().list().size(),
            store.generations().active(),
            store.dictionary().size(Field.USER),
            store.dictionary().size(Field.ENTITY),
            store.dictionary().size(Field.EVENT_TYPE),
            bean(JdbcTemplate.class).queryForObject(CHANGES, String.class));
  }

  /** Ends whatever was begun, so that nothing but calls changes anything. */
  private void settle(boolean cancel) {
    JdbcTemplate database = bean(JdbcTemplate.class);
    Set<Long> cancelled = new HashSet<>();
    for (List<Long> open = open(database); !open.isEmpty(); open = open(database)) {
      for (Long job : open) {
        if (cancel && cancelled.add(job)) {
          send("POST", "/v1/admin/jobs/" + job + ":cancel", "");
        }
      }
      LockSupport.parkNanos(5_000_000);
    }
  }

  private static List<Long> open(JdbcTemplate database) {
    return database.queryForList(OPEN_JOBS, Long.class);
  }

  private JsonNode ranking() {
    return send("POST", "/v1/rank", RANK).assertStatus(200).json();
  }

  private Answer send(String method, String path, String body) {
    return HttpTest.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .headers("Authorization", "Bearer " + ADMIN, "Content-Type", HttpTest.JSON)
            .method(
                method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body)));
  }

  private <T> T bean(Class<T> type) {
    if (context == null) {
      throw new IllegalStateException("the service has not been started");
    }
    return context.getBean(type);
  }
}
