package org.espalier.service.http;

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.assertj.core.api.Assertions;
import tools.jackson.databind.JsonNode;

/**
 * The admin routes of a service on some port, as a caller has them.
 *
 * @param port where it answers
 */
record RunningHttp(int port) {

  private static final long PATIENCE_NS = 120_000_000_000L;

  Answer get(String path) {
    return send("GET", path, "");
  }

  Answer post(String path, String json) {
    return send("POST", path, json);
  }

  Answer put(String path, String json) {
    return send("PUT", path, json);
  }

  Answer delete(String path) {
    return send("DELETE", path, "");
  }

  URI uri(String path) {
    return URI.create("http://127.0.0.1:" + port + path);
  }

  private Answer send(String method, String path, String json) {
    return HttpTest.send(
        HttpRequest.newBuilder(uri(path))
            .header("Content-Type", HttpTest.JSON)
            .method(method, BodyPublishers.ofString(json)));
  }

  /** Posts events of users who each like one half of the items. */
  void sendWorld(int users, int items, int events) {
    SplittableRandom random = new SplittableRandom(1);
    post(
            "/v1/events",
            IntStream.range(0, events)
                .mapToObj(e ->
                    "{\"type\":\"click\",\"user_id\":\"u%d\",\"item_id\":\"i%d\",\"timestamp\":%d}"
                        .formatted(
                            e % users,
                            random.nextInt(items / 2) * 2 + e % users % 2,
                            1_700_000_000_000L + e * 1000L))
                .collect(Collectors.joining(",", "[", "]")))
        .assertStatus(202);
  }

  /** Waits until the control plane's database is open. */
  void awaitAdmin() {
    await("/v1/admin/jobs", answer -> answer.status() == 200);
  }

  /** Posts a job and returns its number. */
  long submit(String path, String json) {
    return post(path, json).assertStatus(202).json().get("job_id").asLong();
  }

  /** The job as soon as it has ended. */
  JsonNode awaitEnd(long job) {
    return awaitJob(job, now -> !now.get("finished_at").isNull());
  }

  JsonNode awaitJob(long job, Predicate<JsonNode> wanted) {
    return await("/v1/admin/jobs/" + job, answer -> wanted.test(answer.assertStatus(200).json()))
        .json();
  }

  /** Trains and returns the generation's number. */
  int train(String request) {
    JsonNode job = awaitEnd(submit("/v1/admin/trainings", request));
    Assertions.assertThat(job.get("status").asString()).as(job.toString()).isEqualTo("succeeded");
    return job.get("result").get("generation").asInt();
  }

  Answer await(String path, Predicate<Answer> wanted) {
    long endNs = System.nanoTime() + PATIENCE_NS;
    while (true) {
      Answer answer = get(path);
      if (wanted.test(answer)) {
        return answer;
      }
      Assertions.assertThat(System.nanoTime()).as(answer.body()).isLessThan(endNs);
      LockSupport.parkNanos(20_000_000);
    }
  }
}
