package org.espalier.service.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.espalier.service.stream.RealBroker;
import org.espalier.service.wire.ProblemCode;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Records that cannot be stored, seen and sent again over HTTP, with a broker in a process of its own. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class DeadLettersIT {

  private static final String TOPIC = "dead.events.v1";
  private static final int BAD = 5;
  private static final long WAIT_NS = 60_000_000_000L;

  @TempDir Path temp;

  @Test
  void dead_letters_are_listed_in_pages_and_come_back_when_they_are_replayed_unchanged()
      throws Exception {
    try (RealBroker broker = RealBroker.start(temp.resolve("broker"));
        ServiceProcess service =
            ServiceProcess.start(
                temp.resolve("data"),
                "--server.port=0",
                "--espalier.kafka.enabled=true",
                "--espalier.kafka.create-topics=true",
                "--espalier.kafka.topic-prefix=dead",
                "--spring.kafka.bootstrap-servers=" + broker.address())) {
      int port = service.port();
      await(port, "/actuator/health", health -> health.body().contains("reading"));
      send(broker.address());
      Answer all = await(port, "/v1/admin/dead-letters", letters -> has(letters, BAD));
      assertThat(
              all.json()
                  .get("items")
                  .valueStream()
                  .map(letter -> letter.at("/origin/topic").asString()))
          .containsOnly(TOPIC);
      assertThat(all.texts("items", "replayed")).containsOnly("false");
      assertThat(all.texts("items", "reason")).allSatisfy(why -> assertThat(why).isNotBlank());

      List<String> offsets = new ArrayList<>();
      String cursor = "";
      do {
        Answer page = get(port, "/v1/admin/dead-letters?limit=2" + cursor).assertStatus(200);
        assertThat(page.texts("items", "offset")).hasSizeLessThanOrEqualTo(2);
        offsets.addAll(page.texts("items", "offset"));
        cursor =
            page.json().get("next_cursor").isNull()
                ? ""
                : "&cursor=" + page.json().get("next_cursor").asString();
      } while (!cursor.isEmpty());
      assertThat(offsets).isEqualTo(all.texts("items", "offset"));

      Answer replay = post(port, "/v1/admin/dead-letters:replay?limit=2").assertStatus(200);
      assertThat(replay.json().get("replayed").asInt()).isEqualTo(2);
      assertThat(replay.json().get("remaining").asLong()).isEqualTo(BAD - 2);
      Answer later = await(port, "/v1/admin/dead-letters", letters -> has(letters, BAD + 2));
      assertThat(later.texts("items", "replayed")).filteredOn("true"::equals).hasSize(2);

      for (String wrong : List.of("feed=clicks", "limit=0", "limit=1000000000", "cursor=forged")) {
        assertThat(get(port, "/v1/admin/dead-letters?" + wrong).status()).as(wrong).isEqualTo(400);
      }
      post(port, "/v1/admin/dead-letters:replay?limit=-1").assertProblem(ProblemCode.INVALID_VALUE);
      assertThat(get(port, "/v1/users/u1/events").texts("items", "item_id"))
          .as("the good record between them")
          .containsExactly("i1");
    }
  }

  private static boolean has(Answer letters, int count) {
    return letters.status() == 200 && letters.json().get("items").size() == count;
  }

  private static void send(String brokers) throws Exception {
    Map<String, Object> config =
        Map.of(
            "bootstrap.servers",
            brokers,
            "key.serializer",
            ByteArraySerializer.class,
            "value.serializer",
            ByteArraySerializer.class);
    try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(config)) {
      for (int n = 0; n < BAD; n++) {
        send(producer, "{\"type\":\"click\",\"user_id\":" + n);
      }
      send(producer, "{\"type\":\"click\",\"user_id\":\"u1\",\"item_id\":\"i1\"}");
    }
  }

  private static void send(KafkaProducer<byte[], byte[]> producer, String value) throws Exception {
    producer.send(new ProducerRecord<>(TOPIC, "u1".getBytes(UTF_8), value.getBytes(UTF_8))).get();
  }

  private static Answer await(int port, String path, Predicate<Answer> wanted)
      throws InterruptedException {
    long endNs = System.nanoTime() + WAIT_NS;
    Answer answer = get(port, path);
    while (!wanted.test(answer)) {
      assertThat(System.nanoTime())
          .as("waits in vain, last for %s", answer.body())
          .isLessThan(endNs);
      Thread.sleep(100);
      answer = get(port, path);
    }
    return answer;
  }

  private static Answer get(int port, String path) {
    return HttpTest.send(HttpRequest.newBuilder(uri(port, path)));
  }

  private static Answer post(int port, String path) {
    return HttpTest.send(HttpRequest.newBuilder(uri(port, path)).POST(BodyPublishers.noBody()));
  }

  private static URI uri(int port, String path) {
    return URI.create("http://127.0.0.1:" + port + path);
  }
}
