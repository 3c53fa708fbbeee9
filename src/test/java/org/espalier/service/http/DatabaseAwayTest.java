package org.espalier.service.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.espalier.service.platform.EspalierApplication;
import org.espalier.service.wire.ProblemCode;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;

/**
 * Nothing but administrators' routes needs the control plane's database. It is away for {@code -Despalier.away-s=60} seconds,
 * or for as long as it takes to see that. Two starts of PostgreSQL take some seconds.
 */
@DisplayNameGeneration(ReplaceUnderscores.class)
class DatabaseAwayTest {

  private static final long AWAY_NS =
      TimeUnit.SECONDS.toNanos(Integer.getInteger("espalier.away-s", 2));

  @TempDir Path data;

  private int port;
  private String admin = "";
  private String shop = "";
  private long sent;

  @Test
  void all_but_admin_routes_goes_on_while_the_database_is_away_and_all_does_when_it_is_back()
      throws Exception {
    int postgresPort = freePort();
    String url = "jdbc:postgresql://localhost:%d/postgres".formatted(postgresPort);
    // The service starts before its database does.
    try (ConfigurableApplicationContext context =
        EspalierApplication.run(
            "--server.port=0",
            "--espalier.data-dir=" + data.resolve("store"),
            "--espalier.ranking.warm-up=0ms",
            "--spring.datasource.url=" + url,
            "--spring.datasource.username=postgres",
            "--spring.datasource.password=postgres")) {
      port = Integer.parseInt(context.getEnvironment().getRequiredProperty("local.server.port"));
      new RunningHttp(port).sendWorld(200, 100, 6000);
      sent = 6000;
      refusesAdmin();
      long job;
      long revoked;
      int generation;
      String gone;
      try (EmbeddedPostgres _ = postgres(postgresPort)) {
        RunningHttp open = new RunningHttp(port);
        open.awaitAdmin();
        generation = open.train("{\"dim\":8,\"activate\":\"auto\"}");
        job = open.submit("/v1/admin/trainings", "{\"dim\":256}");
        open.awaitJob(job, now -> now.get("status").asString().equals("running"));
        admin = key("admin");
        shop = key("read\",\"write");
        gone = key("read");
        String id = gone.split("_", -1)[1];
        send("DELETE", "/v1/admin/keys/" + id, admin, "").assertStatus(200);
        revoked = ids("/v1/admin/keys", "key_id").size();
        goesOn(generation, gone);
      }
      long untilNs = System.nanoTime() + AWAY_NS;
      do {
        refusesAdmin();
        send(
                "POST",
                "/v1/admin/generations/1:activate",
                admin,
                "{\"expected_current\":%d}".formatted(generation))
            .assertProblem(ProblemCode.UNAVAILABLE);
        goesOn(generation, gone);
      } while (System.nanoTime() < untilNs);
      try (EmbeddedPostgres _ = postgres(postgresPort)) {
        JsonNode ended = awaitEnd(job);
        assertThat(ended.get("status").asString()).as(ended.toString()).isEqualTo("succeeded");
        assertThat(ended.get("attempt").asInt()).as("it went on all the while").isEqualTo(1);
        assertThat(ids("/v1/admin/jobs", "job_id"))
            .as("what was refused was not queued")
            .hasSize(2);
        assertThat(ids("/v1/admin/keys", "key_id")).hasSize((int) revoked);
        assertThat(ids("/v1/admin/generations", "generation")).hasSize(2);
        goesOn(generation, gone);
        JsonNode stats = send("GET", "/v1/admin/stats", admin, "").assertStatus(200).json();
        assertThat(stats.get("events").asLong()).as("each event once").isEqualTo(sent);
        String later = key("read");
        send("GET", "/v1/recommend/u1", later, "").assertStatus(200);
      }
    }
  }

  private void refusesAdmin() {
    for (Answer refused :
        List.of(
            send("GET", "/v1/admin/audit", admin, ""),
            send("GET", "/v1/admin/jobs", admin, ""),
            send("GET", "/v1/admin/keys", admin, ""),
            send("POST", "/v1/admin/trainings", admin, "{}"))) {
      refused.assertProblem(ProblemCode.UNAVAILABLE);
      assertThat(refused.header("Retry-After")).isNotEmpty();
    }
  }

  /** Rankings, events and keys are as ever. */
  private void goesOn(int generation, String gone) {
    JsonNode ranking = send("GET", "/v1/recommend/u1", shop, "").assertStatus(200).json();
    assertThat(ranking.get("generation").asInt()).isEqualTo(generation);
    assertThat(ranking.get("items")).isNotEmpty();
    String event =
        "[{\"event_id\":\"away-%d\",\"type\":\"click\",\"user_id\":\"u1\",\"item_id\":\"i1\"}]"
            .formatted(sent++);
    assertThat(accepted(event)).isEqualTo(1);
    assertThat(accepted(event)).as("sent again").isZero();
    send("GET", "/v1/recommend/u1", gone, "").assertProblem(ProblemCode.KEY_REVOKED);
    send("GET", "/v1/admin/stats", shop, "").assertProblem(ProblemCode.SCOPE_MISSING);
  }

  private int accepted(String event) {
    return send("POST", "/v1/events", shop, event).assertStatus(202).json().get("accepted").asInt();
  }

  private String key(String scopes) {
    String body = "{\"name\":\"k\",\"scopes\":[\"%s\"]}".formatted(scopes);
    return send("POST", "/v1/admin/keys", admin, body)
        .assertStatus(201)
        .json()
        .get("key")
        .asString();
  }

  private List<String> ids(String path, String member) {
    return send("GET", path, admin, "").assertStatus(200).texts("items", member);
  }

  private JsonNode awaitEnd(long job) {
    while (true) {
      Answer answer = send("GET", "/v1/admin/jobs/" + job, admin, "");
      if (answer.status() == 200 && !answer.json().get("finished_at").isNull()) {
        return answer.json();
      }
      assertThat(answer.status()).as(answer.body()).isIn(200, 503);
      LockSupport.parkNanos(50_000_000);
    }
  }

  private Answer send(String method, String path, String key, String json) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(new RunningHttp(port).uri(path))
            .header("Content-Type", HttpTest.JSON);
    if (!key.isEmpty()) {
      request.header("Authorization", "Bearer " + key);
    }
    return HttpTest.send(request.method(method, BodyPublishers.ofString(json)));
  }

  private EmbeddedPostgres postgres(int port) throws IOException {
    return EmbeddedPostgres.builder()
        .setPort(port)
        .setDataDirectory(data.resolve("postgres"))
        .setCleanDataDirectory(false)
        .start();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
