package org.espalier.service.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.espalier.service.stream.RealBroker;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/**
 * A service that reads Kafka and takes events over REST is killed again and again under load.
 * {@code -Despalier.kill.rounds=50} kills it as often as the acceptance test wants.
 */
@DisplayNameGeneration(ReplaceUnderscores.class)
class KilledStreamIT {

  private static final int ROUNDS = Integer.getInteger("espalier.kill.rounds", 3);
  private static final int USERS = 10;
  private static final String TOPIC = "killed.events.v1";

  @TempDir Path temp;

  @ParameterizedTest(name = "seed={0}")
  @ValueSource(longs = 1)
  void every_record_and_every_acknowledged_event_is_stored_exactly_once(long seed)
      throws Exception {
    SplittableRandom random = new SplittableRandom(seed);
    List<String> acknowledged = new ArrayList<>();
    AtomicInteger sent = new AtomicInteger();
    AtomicBoolean enough = new AtomicBoolean();
    try (RealBroker broker = RealBroker.start(temp.resolve("broker"))) {
      Thread sender = null;
      for (int round = 0; round < ROUNDS; round++) {
        try (ServiceProcess service = serve(broker)) {
          int port = service.port();
          if (sender == null) { // now the topic is there
            awaitReading(port);
            sender = Thread.ofPlatform().start(() -> send(broker.address(), sent, enough));
          }
          AtomicBoolean killed = new AtomicBoolean();
          int ofRound = round;
          List<String> taken = new ArrayList<>();
          Thread poster = Thread.ofPlatform().start(() -> post(port, "r" + ofRound, taken, killed));
          Thread.sleep(
              200 + random.nextInt(1500)); // the moment of the kill is the point of this test
          killed.set(true);
          service.kill();
          poster.join();
          acknowledged.addAll(taken);
        }
      }
      enough.set(true);
      if (sender != null) {
        sender.join();
      }
      assertThat(acknowledged).isNotEmpty();
      try (ServiceProcess service = serve(broker)) {
        int port = service.port();
        int records = sent.get();
        Map<String, Integer> stored = Map.of();
        long endNs = System.nanoTime() + 120_000_000_000L;
        do {
          Thread.sleep(500);
          stored = stored(port);
        } while (stored.keySet().stream().filter(item -> item.startsWith("k")).count() < records
            && System.nanoTime() < endNs);
        for (int n = 0; n < records; n++) {
          assertThat(stored).containsEntry("k" + n, 1);
        }
        for (String item : acknowledged) {
          assertThat(stored).containsEntry(item, 1);
        }
        assertThat(stored.values()).as("doubled events").containsOnly(1);
      }
    }
  }

  private ServiceProcess serve(RealBroker broker) throws Exception {
    return ServiceProcess.start(
        temp.resolve("data"),
        "--server.port=0",
        "--espalier.kafka.enabled=true",
        "--espalier.kafka.create-topics=true",
        "--espalier.kafka.topic-prefix=killed",
        "--spring.kafka.bootstrap-servers=" + broker.address());
  }

  private static void awaitReading(int port) throws InterruptedException {
    long endNs = System.nanoTime() + 60_000_000_000L;
    while (System.nanoTime() < endNs) {
      JsonNode health = HttpTest.send(HttpRequest.newBuilder(uri(port, "/actuator/health"))).json();
      JsonNode events = health.at("/components/stream/details/events/state");
      if (events.asString("").equals("reading")) {
        return;
      }
      Thread.sleep(100);
    }
    throw new AssertionError("the service does not read");
  }

  /** Records without event ids, each with an item of its own, so that a double one shows. */
  private static void send(String brokers, AtomicInteger sent, AtomicBoolean enough) {
    Map<String, Object> config =
        Map.of(
            "bootstrap.servers",
            brokers,
            "key.serializer",
            ByteArraySerializer.class,
            "value.serializer",
            ByteArraySerializer.class);
    try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(config)) {
      while (!enough.get()) {
        int n = sent.getAndIncrement();
        Future<?> taken =
            producer.send(
                new ProducerRecord<>(
                    TOPIC, ("u" + n % USERS).getBytes(UTF_8), event("k" + n, n).getBytes(UTF_8)));
        if (n % 50 == 0) {
          taken.get();
          Thread.sleep(20);
        }
      }
    } catch (Exception e) {
      throw new IllegalStateException("a record was not taken", e);
    }
  }

  private static void post(int port, String prefix, List<String> taken, AtomicBoolean killed) {
    for (int n = 0; !killed.get(); n++) {
      String item = prefix + "-" + n;
      try {
        HttpTest.send(
                HttpRequest.newBuilder(uri(port, "/v1/events"))
                    .header("Content-Type", HttpTest.JSON)
                    .POST(BodyPublishers.ofString("[" + event(item, n) + "]")))
            .assertStatus(202);
        taken.add(item);
      } catch (UncheckedIOException e) { // the service is gone; nobody knows about this event
        return;
      }
    }
  }

  /** How often each item is in the histories of all users. */
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
            .texts("items", "item_id")
            .forEach(item -> counts.merge(item, 1, Integer::sum));
        JsonNode next = page.json().get("next_cursor");
        cursor = next.isNull() ? "" : "&cursor=" + next.asString();
      } while (!cursor.isEmpty());
    }
    return counts;
  }

  private static String event(String item, int n) {
    return "{\"type\":\"click\",\"user_id\":\"u%d\",\"item_id\":\"%s\"}".formatted(n % USERS, item);
  }

  private static URI uri(int port, String path) {
    return URI.create("http://127.0.0.1:" + port + path);
  }
}
