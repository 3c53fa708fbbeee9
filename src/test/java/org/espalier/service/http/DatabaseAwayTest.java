package org.espalier.service.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import org.espalier.service.platform.EspalierApplication;
import org.espalier.service.wire.ProblemCode;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;

/** Rankings do not need the control plane's database. Two starts of PostgreSQL take some seconds. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class DatabaseAwayTest {

  @TempDir Path data;

  @Test
  void rankings_go_on_while_the_database_is_away_and_jobs_end_when_it_is_back() throws Exception {
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
      RunningHttp service =
          new RunningHttp(
              Integer.parseInt(context.getEnvironment().getRequiredProperty("local.server.port")));
      service.sendWorld(200, 100, 6000);
      refusesAdmin(service);
      long job;
      try (EmbeddedPostgres _ = postgres(postgresPort)) {
        service.awaitAdmin();
        int generation = service.train("{\"dim\":8,\"activate\":\"auto\"}");
        job = service.submit("/v1/admin/trainings", "{\"dim\":256}");
        service.awaitJob(job, now -> now.get("status").asString().equals("running"));
        ranks(service, generation);
      }
      int active = service.get("/v1/admin/stats").json().get("active_generation").asInt();
      for (int i = 0; i < 3; i++) {
        refusesAdmin(service);
        service
            .post("/v1/admin/generations/1:activate", "{\"expected_current\":%d}".formatted(active))
            .assertProblem(ProblemCode.UNAVAILABLE);
        ranks(service, active);
      }
      try (EmbeddedPostgres _ = postgres(postgresPort)) {
        service.awaitAdmin();
        JsonNode ended = service.awaitEnd(job);
        assertThat(ended.get("status").asString()).as(ended.toString()).isEqualTo("succeeded");
        assertThat(ended.get("attempt").asInt()).as("it went on all the while").isEqualTo(1);
      }
    }
  }

  private static void refusesAdmin(RunningHttp service) {
    service.get("/v1/admin/audit").assertProblem(ProblemCode.UNAVAILABLE);
    Answer refused =
        service.post("/v1/admin/trainings", "{}").assertProblem(ProblemCode.UNAVAILABLE);
    assertThat(refused.header("Retry-After")).isNotEmpty();
  }

  private static void ranks(RunningHttp service, int generation) {
    JsonNode ranking = service.get("/v1/recommend/u1").assertStatus(200).json();
    assertThat(ranking.get("generation").asInt()).isEqualTo(generation);
    assertThat(ranking.get("items")).isNotEmpty();
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
