package org.espalier.service.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.espalier.embeddings.store.FillableDisk;
import org.espalier.embeddings.store.Store;
import org.espalier.service.platform.EspalierProperties;
import org.espalier.service.platform.StoreProperties;
import org.espalier.service.stream.Broker;
import org.espalier.service.wire.ProblemCode;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.support.BeanDefinitionRegistryPostProcessor;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import tools.jackson.databind.JsonNode;

/** A whole service that reads Kafka, with a disk and a clock that the tests command. */
@Import(KafkaHttpTest.Commanded.class)
class KafkaHttpTest extends HttpTest {

  private static final String PREFIX = "t" + UUID.randomUUID();

  @Autowired private FillableDisk disk;
  @Autowired private MovableClock clock;

  @TestConfiguration
  static class Commanded {

    @Bean
    FillableDisk disk() {
      return new FillableDisk();
    }

    /** The service's own would open the same folder. */
    @Bean
    static BeanDefinitionRegistryPostProcessor withoutOwn() {
      return registry -> {
        registry.removeBeanDefinition("store");
        registry.removeBeanDefinition("clock");
      };
    }

    @Bean
    Store commandedStore(
        FillableDisk disk, EspalierProperties espalier, StoreProperties properties) {
      return disk.open(espalier.storeDir(), properties.options());
    }

    @Bean
    MovableClock movableClock() {
      return new MovableClock();
    }
  }

  /** The system's, and as far ahead of it as it is told. */
  static final class MovableClock extends Clock {
    private volatile Duration ahead = Duration.ZERO;

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return Instant.now().plus(ahead);
    }
  }

  @DynamicPropertySource
  static void kafka(DynamicPropertyRegistry properties) {
    properties.add("spring.kafka.bootstrap-servers", Broker::address);
    properties.add("espalier.kafka.enabled", () -> "true");
    properties.add("espalier.kafka.create-topics", () -> "true");
    properties.add("espalier.kafka.partitions", () -> "1");
    properties.add("espalier.kafka.topic-prefix", () -> PREFIX);
    properties.add("espalier.kafka.rest-rejections", () -> "true");
    properties.add("espalier.kafka.check-interval", () -> "200ms");
    properties.add("espalier.kafka.retry-max", () -> "200ms");
    properties.add("espalier.limits.future-time", () -> "1h");
  }

  private RunningHttp service() {
    return new RunningHttp(port);
  }

  @BeforeEach
  void awaitReading() {
    service().awaitAdmin();
    for (String feed : List.of("events", "items", "users", "triples")) {
      awaitState(feed, "reading");
    }
  }

  @Test
  void what_rest_rejects_is_a_dead_letter_that_can_be_replayed_once_its_cause_is_gone() {
    String later = Instant.now().plus(Duration.ofHours(3)).toString();
    String early = event("early", "ann", "dune", ",\"timestamp\":\"" + later + "\"");
    String body = "[" + event("fine", "ann", "dune", "") + ",\n " + early + ", {\"type\": 7}]";
    Answer answer = post("/v1/events", body).assertStatus(202);
    assertThat(answer.json().get("accepted").asInt()).isEqualTo(1);
    assertThat(answer.texts("rejected", "code"))
        .containsExactly("invalid_timestamp", "invalid_type");

    Answer letters =
        service().await("/v1/admin/dead-letters", now -> now.json().get("items").size() == 2);
    assertThat(letters.texts("items", "value")).containsExactly(early, "{\"type\": 7}");
    assertThat(letters.texts("items", "code")).containsExactly("invalid_timestamp", "invalid_type");
    JsonNode first = letters.json().get("items").get(0);
    assertThat(first.at("/origin/source").asString()).isEqualTo("rest");
    assertThat(first.at("/origin/caller").asString()).isEqualTo("local");
    assertThat(first.at("/origin/timestamp").asString()).isNotEmpty();
    assertThat(first.get("reason").asString())
        .isEqualTo(answer.json().get("rejected").get(0).get("detail").asString());
    assertThat(get("/actuator/prometheus").body())
        .contains(
            "espalier_stream_dead_letters_total{code=\"invalid_type\",feed=\"events\",origin=\"rest\"} 1.0");

    clock.ahead = Duration.ofHours(4);
    try {
      Answer replay = post("/v1/admin/dead-letters:replay", "").assertStatus(200);
      assertThat(replay.json().get("replayed").asInt()).isEqualTo(2);
      service()
          .await("/v1/users/ann/events", events -> events.texts("items", "item_id").size() == 2);
      Answer again =
          service().await("/v1/admin/dead-letters", now -> now.json().get("items").size() == 3);
      assertThat(again.json().at("/items/2/origin/source").asString()).isEqualTo("kafka");
    } finally {
      clock.ahead = Duration.ZERO;
    }
  }

  @Test
  void lines_and_batches_of_records_are_kept_too_and_a_body_that_is_refused_is_not() {
    post("/v1/items:batch", "{\"items\":[{\"id\":\"emma\"},{\"id\":\"\"}]}").assertStatus(200);
    post("/v1/users:batch", "{\"items\":[{\"fields\":{}}]}").assertStatus(200);
    post("/v1/triples:batch", "{\"triples\":[{\"head\":\"emma\"}, 5]}").assertStatus(200);
    assertThat(awaitLetters("items", 1)).containsExactly("{\"id\":\"\"}");
    assertThat(awaitLetters("users", 1)).containsExactly("{\"fields\":{}}");
    assertThat(awaitLetters("triples", 2)).containsExactly("{\"head\":\"emma\"}", "5");

    post("/v1/triples:batch", "{\"triples\":[{\"head\":\"refused\"},").assertStatus(400);
    disk.fill();
    try {
      post(
              "/v1/triples:batch",
              "{\"triples\":[{\"head\":\"a\",\"relation\":\"r\",\"tail\":\"b\"},{\"head\":\"full\"}]}")
          .assertProblem(ProblemCode.DISK_FULL);
    } finally {
      disk.makeRoom();
    }
    post("/v1/triples:batch", "{\"triples\":[{\"head\":\"last\"}]}").assertStatus(200);
    assertThat(awaitLetters("triples", 3)).contains("{\"head\":\"last\"}");
  }

  @Test
  void a_tombstone_erases_a_user_by_the_same_job_as_a_request_and_leaves_a_report() {
    post("/v1/events", "[" + event("c1", "cat", "dune", "") + "]").assertStatus(202);
    put("/v1/users/cat", "{\"fields\":{\"age\":33}}").assertStatus(201);
    send("users", "cat", null);
    send("users", "cat", "{\"fields\":{\"age\":34}}"); // somebody who comes back is not erased
    Answer erasures =
        service()
            .await(
                "/v1/admin/erasures",
                now -> now.texts("items", "status").equals(List.of("completed")));
    JsonNode report = erasures.json().get("items").get(0);
    assertThat(report.at("/removed/events").asInt()).isEqualTo(1);
    assertThat(report.at("/removed/records").asInt()).isEqualTo(1);
    assertThat(erasures.body()).contains("topic " + PREFIX + ".users.v1").doesNotContain("cat");
    assertThat(get("/v1/admin/audit").body()).contains("\"target\":\"erasure\"");
    Answer back = service().await("/v1/users/cat", now -> now.status() == 200);
    assertThat(back.json().at("/fields/age").asInt()).isEqualTo(34);
    assertThat(get("/v1/users/cat/events").texts("items", "item_id")).isEmpty();
  }

  @Test
  void a_full_disk_pauses_reading_while_rankings_go_on_and_nothing_is_lost() {
    post("/v1/events", "[" + event("f1", "fay", "dune", "") + "]").assertStatus(202);
    disk.fill();
    try {
      send("events", "fay", event("f2", "fay", "emma", ""));
      awaitState("events", "paused");
      assertThat(get("/actuator/health/readiness").status()).isEqualTo(200);
      assertThat(
              post("/v1/rank", "{\"user_id\":\"fay\",\"items\":[{\"id\":\"dune\"}]}")
                  .assertStatus(200)
                  .texts("items", "id"))
          .containsExactly("dune");
      post("/v1/events", "[" + event("f3", "fay", "emma", "") + "]")
          .assertProblem(ProblemCode.DISK_FULL);
    } finally {
      disk.makeRoom();
    }
    awaitState("events", "reading");
    Answer events =
        service().await("/v1/users/fay/events", now -> now.texts("items", "item_id").size() == 2);
    assertThat(events.texts("items", "item_id")).containsExactly("emma", "dune");
  }

  private void awaitState(String feed, String state) {
    service()
        .await(
            "/actuator/health",
            health ->
                health
                    .json()
                    .at("/components/stream/details/" + feed + "/state")
                    .asString("")
                    .equals(state));
  }

  private List<String> awaitLetters(String feed, int count) {
    return service()
        .await(
            "/v1/admin/dead-letters?feed=" + feed, now -> now.json().get("items").size() == count)
        .texts("items", "value");
  }

  private static String event(String id, String user, String item, String more) {
    return "{\"event_id\":\"%s\",\"type\":\"click\",\"user_id\":\"%s\",\"item_id\":\"%s\"%s}"
        .formatted(id, user, item, more);
  }

  private static void send(String feed, String key, @Nullable String value) {
    Map<String, Object> config =
        Map.of(
            "bootstrap.servers",
            Broker.address(),
            "key.serializer",
            ByteArraySerializer.class,
            "value.serializer",
            ByteArraySerializer.class);
    try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(config)) {
      producer
          .send(
              new ProducerRecord<>(
                  PREFIX + "." + feed + ".v1",
                  key.getBytes(UTF_8),
                  value == null ? null : value.getBytes(UTF_8)))
          .get();
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }
}
