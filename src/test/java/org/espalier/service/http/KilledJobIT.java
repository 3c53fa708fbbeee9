package org.espalier.service.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.espalier.service.wire.ProblemCode;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** A service that is killed in the middle of a training goes on with it at the next start. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class KilledJobIT {

  @TempDir Path data;

  @Test
  void a_training_whose_process_is_killed_runs_again_and_nothing_is_half_done() throws Exception {
    long job;
    long waits;
    int before;
    try (ServiceProcess process = ServiceProcess.serve(data)) {
      RunningHttp service = new RunningHttp(process.port());
      service.sendWorld(200, 100, 6000);
      service.awaitAdmin();
      before = service.train("{\"dim\":8,\"activate\":\"auto\"}");
      job = service.submit("/v1/admin/trainings", "{\"dim\":512,\"activate\":\"auto\"}");
      waits = service.submit("/v1/admin/trainings", "{\"dim\":4}");
      service.awaitJob(job, now -> now.get("progress").asDouble() > 0.05);
      process.kill();
    }
    try (ServiceProcess process = ServiceProcess.serve(data)) {
      RunningHttp service = new RunningHttp(process.port());
      service.awaitAdmin();
      assertThat(service.get("/v1/recommend/u1").json().get("generation").asInt())
          .as("still the one of before")
          .isEqualTo(before);
      JsonNode running = service.awaitJob(job, now -> now.get("attempt").asInt() == 2);
      assertThat(running.get("log_range").toString())
          .as("that of the first run")
          .isEqualTo("{\"from\":1,\"to\":6000}");
      service.post("/v1/admin/jobs/" + job + ":cancel", "").assertStatus(200);
      assertThat(service.awaitEnd(job).get("status").asString()).isEqualTo("cancelled");
      assertThat(service.awaitEnd(waits).get("status").asString())
          .as("what waited was not lost")
          .isEqualTo("succeeded");
      assertThat(service.get("/v1/admin/generations").json().get("items"))
          .as("the first one, and that of the one that waited")
          .hasSize(2);
      service.post("/v1/admin/jobs/" + job + ":cancel", "").assertStatus(200);
      service
          .post("/v1/admin/jobs/" + waits + ":cancel", "")
          .assertProblem(ProblemCode.JOB_FINISHED);
      assertThat(process.stop()).as("SIGTERM").isEqualTo(143);
      assertThat(process.err()).isEmpty();
    }
  }

  @Test
  void a_propagation_whose_process_is_killed_begins_again_and_leaves_nothing_behind()
      throws Exception {
    long job;
    try (ServiceProcess process = ServiceProcess.serve(data)) {
      RunningHttp service = new RunningHttp(process.port());
      service.sendWorld(200, 100, 6000);
      service.awaitAdmin();
      job =
          service.submit(
              "/v1/admin/propagations",
              "{\"layers\":[256],\"dim\":256,\"held_out\":0,\"epochs\":10000,\"activate\":\"auto\"}");
      service.awaitJob(job, now -> now.get("note").isString());
      process.kill();
    }
    try (ServiceProcess process = ServiceProcess.serve(data)) {
      RunningHttp service = new RunningHttp(process.port());
      service.awaitAdmin();
      service.awaitJob(job, now -> now.get("attempt").asInt() == 2);
      service.post("/v1/admin/jobs/" + job + ":cancel", "").assertStatus(200);
      assertThat(service.awaitEnd(job).get("status").asString()).isEqualTo("cancelled");
      assertThat(service.get("/v1/admin/generations").json().get("items")).isEmpty();
      assertThat(data.resolve("jobs")).as("work folders").isEmptyDirectory();
      JsonNode quick =
          service.awaitEnd(
              service.submit(
                  "/v1/admin/propagations", "{\"model\":\"fastrp\",\"activate\":\"auto\"}"));
      assertThat(quick.get("status").asString()).as(quick.toString()).isEqualTo("succeeded");
      String ranked = service.get("/v1/recommend/u1?n=5").json().get("items").toString();
      assertThat(process.stop()).as("SIGTERM").isEqualTo(143);
      assertThat(process.err()).isEmpty();
      try (ServiceProcess again = ServiceProcess.serve(data)) {
        assertThat(
                new RunningHttp(again.port())
                    .get("/v1/recommend/u1?n=5")
                    .json()
                    .get("items")
                    .toString())
            .as("after a restart")
            .isEqualTo(ranked);
      }
    }
  }
}
