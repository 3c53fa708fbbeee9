package org.espalier.service.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** A service that is killed while events are posted loses none that it acknowledged and doubles none. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class KilledServiceIT {

  private static final int WRITERS = 4;
  private static final int USERS = 20;
  private static final int BATCH_MAX = 40;
  private static final int ROUNDS = 2;

  @TempDir Path data;

  /** One request: its events' ids by user, and whether it was acknowledged. */
  private record Posted(String body, List<String> ids, boolean acknowledged) {}

  @ParameterizedTest(name = "seed={0}")
  @ValueSource(longs = {1, 2})
  void every_acknowledged_event_is_there_exactly_once(long seed) throws Exception {
    SplittableRandom random = new SplittableRandom(seed);
    List<Posted> posted = new ArrayList<>();
    for (int round = 0; round < ROUNDS; round++) {
      try (ServiceProcess service = ServiceProcess.serve(data)) {
        posted.addAll(postUntilKilled(service, random, "s" + seed + "-r" + round));
      }
    }
    assertThat(posted).anyMatch(Posted::acknowledged);
    try (ServiceProcess service = ServiceProcess.serve(data)) {
      int port = service.port();
      Map<String, Integer> stored = stored(port);
      assertThat(stored.values()).as("doubled events").containsOnly(1);
      for (Posted request : posted) {
        long present = request.ids().stream().filter(stored::containsKey).count();
        if (request.acknowledged()) {
          assertThat(present).as("lost events").isEqualTo(request.ids().size());
        } else {
          assertThat(present)
              .as("a request is stored whole or not")
              .isIn(0L, (long) request.ids().size());
        }
      }
      for (Posted request : posted) { // what a careful caller does with what was not acknowledged
        post(port, request.body()).assertStatus(202);
      }
      Map<String, Integer> retried = stored(port);
      assertThat(retried.values()).containsOnly(1);
      assertThat(retried).hasSize(posted.stream().mapToInt(request -> request.ids().size()).sum());
      assertThat(service.stop()).as("SIGTERM").isEqualTo(143);
      assertThat(service.err()).isEmpty();
    }
  }

  private static List<Posted> postUntilKilled(
      ServiceProcess service, SplittableRandom random, String prefix) throws Exception {
    int port = service.port();
    List<Future<List<Posted>>> writers = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(WRITERS)) {
      for (int w = 0; w < WRITERS; w++) {
        SplittableRandom own = random.split();
        String ownPrefix = prefix + "-w" + w + "-";
        writers.add(threads.submit(() -> postUntilRefused(port, own, ownPrefix)));
      }
      Thread.sleep(300 + random.nextInt(1500)); // the moment of the kill is the point of this test
      service.kill();
    }
    List<Posted> all = new ArrayList<>();
    for (Future<List<Posted>> writer : writers) {
      all.addAll(writer.get());
    }
    return all;
  }

  private static List<Posted> postUntilRefused(int port, SplittableRandom random, String prefix) {
    List<Posted> posted = new ArrayList<>();
    for (int next = 0; ; ) {
      int size = 1 + random.nextInt(BATCH_MAX);
      List<String> ids = new ArrayList<>();
      for (int i = 0; i < size; i++) {
        ids.add(prefix + next++);
      }
      String body =
          ids.stream().map(KilledServiceIT::event).collect(Collectors.joining(",", "[", "]"));
      try {
        JsonNode answer = post(port, body).assertStatus(202).json();
        assertThat(answer.get("accepted").asInt()).isEqualTo(size);
        posted.add(new Posted(body, ids, true));
      } catch (UncheckedIOException e) { // the service is gone; nobody knows about this request
        posted.add(new Posted(body, ids, false));
        return posted;
      }
    }
  }

  private static Map<String, Integer> stored(int port) {
    Map<String, Integer> counts = new HashMap<>();
    for (int user = 0; user < USERS; user++) {
      String cursor = "";
      do {
        Answer page =
            HttpTest.send(
                HttpRequest.newBuilder(
                    uri(port, "/v1/users/u" + user + "/events?limit=1000" + cursor)));
        page.assertStatus(200)
            .texts("items", "event_id")
            .forEach(id -> counts.merge(id, 1, Integer::sum));
        JsonNode next = page.json().get("next_cursor");
        cursor = next.isNull() ? "" : "&cursor=" + next.asString();
      } while (!cursor.isEmpty());
    }
    return Collections.unmodifiableMap(counts);
  }

  private static Answer post(int port, String body) {
    return HttpTest.send(
        HttpRequest.newBuilder(uri(port, "/v1/events"))
            .header("Content-Type", HttpTest.JSON)
            .POST(BodyPublishers.ofString(body)));
  }

  private static URI uri(int port, String path) {
    return URI.create("http://127.0.0.1:" + port + path);
  }

  private static String event(String id) {
    return "{\"event_id\":\"%s\",\"type\":\"click\",\"user_id\":\"u%d\",\"item_id\":\"i%d\"}"
        .formatted(id, Math.floorMod(id.hashCode(), USERS), Math.floorMod(id.hashCode(), 97));
  }

  @Test
  void a_failed_start_is_one_line_and_exit_code_1() throws IOException, InterruptedException {
    try (ServiceProcess first = ServiceProcess.serve(data)) {
      try (ServiceProcess second = ServiceProcess.start(data, "--server.port=0")) {
        assertThat(second.exitCode()).isEqualTo(1);
        assertThat(second.err().lines().toList())
            .singleElement()
            .asString()
            .startsWith("espalier: ")
            .contains("in use by another Espalier");
        assertThat(second.out()).doesNotContain("Exception", "\tat ", "ERROR", "WARN");
      }
      String busy = "--server.port=" + first.port();
      try (ServiceProcess second = ServiceProcess.start(data.resolve("other"), busy)) {
        assertThat(second.exitCode()).isEqualTo(1);
        assertThat(second.err().lines().toList())
            .singleElement()
            .asString()
            .isEqualTo(
                "espalier: port %d is in use; stop the other process or set server.port (SERVER_PORT)"
                    .formatted(first.port()));
        assertThat(second.out()).doesNotContain("Exception", "\tat ", "ERROR", "WARN");
      }
    }
  }
}
