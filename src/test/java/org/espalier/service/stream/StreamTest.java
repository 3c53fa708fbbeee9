package org.espalier.service.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.espalier.embeddings.store.Catalogue;
import org.espalier.embeddings.store.CatalogueRecord;
import org.espalier.embeddings.store.Event;
import org.espalier.embeddings.store.EventLog.LoggedEvent;
import org.espalier.embeddings.store.Field;
import org.espalier.embeddings.store.StoreException;
import org.espalier.service.stream.StreamProperties.OnLostOffset;
import org.espalier.service.wire.Rejection;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Records of real topics and what they become in a real store. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class StreamTest {

  @TempDir Path data;

  private Rig rig;

  @BeforeEach
  void open() {
    rig = new Rig(Broker.address(), "t" + UUID.randomUUID(), data.resolve("store"));
  }

  @AfterEach
  void close() {
    rig.close();
  }

  @Test
  void plain_events_and_both_kinds_of_cloud_events_are_stored() throws Exception {
    rig.start();
    Rig.await("reading", () -> rig.state(Feed.EVENTS) instanceof FeedState.Reading);
    rig.send(Feed.EVENTS, "ann", Rig.event("plain", "ann", "dune"));
    var binary = record("{\"type\":\"click\",\"user_id\":\"bob\",\"item_id\":\"dune\"}");
    binary.headers().add("ce_specversion", "1.0".getBytes(UTF_8));
    binary.headers().add("ce_id", "7".getBytes(UTF_8));
    binary.headers().add("ce_source", "/shop".getBytes(UTF_8));
    binary.headers().add("content-type", "application/json".getBytes(UTF_8));
    rig.send(binary);
    var structured =
        record(
            """
            {"specversion":"1.0","id":"8","source":"/shop","type":"click","datacontenttype":"application/json",
             "data":{"type":"click","user_id":"cat","item_id":"emma","timestamp":1000}}
            """);
    structured
        .headers()
        .add("content-type", "application/cloudevents+json; charset=UTF-8".getBytes(UTF_8));
    rig.send(structured);
    rig.send(structured); // the same event once more

    rig.awaitAll(Feed.EVENTS);
    assertThat(rig.storedIds())
        .containsExactlyInAnyOrderEntriesOf(Map.of("plain", 1, "/shop#7", 1, "/shop#8", 1));
    assertThat(rig.count("espalier.stream.records", "outcome", "stored")).isEqualTo(3);
    assertThat(rig.count("espalier.stream.records", "outcome", "duplicate")).isEqualTo(1);
    assertThat(rig.deadLetters(Feed.EVENTS)).isEmpty();
    Rig.await("no lag", () -> rig.lag(Feed.EVENTS) == 0);
  }

  @Test
  void a_partition_keeps_its_order_and_goes_on_where_it_was_after_a_restart() throws Exception {
    rig.partitions = 3;
    rig.start();
    Rig.await("reading", () -> rig.state(Feed.EVENTS) instanceof FeedState.Reading);
    int sent = 0;
    for (int round = 0; round < 3; round++) {
      for (int i = 0; i < 500; i++, sent++) {
        rig.send(Feed.EVENTS, "u" + sent % 7, event("u" + sent % 7, "i" + sent)); // without ids
      }
      if (round < 2) {
        rig.restart();
      }
    }
    rig.awaitAll(Feed.EVENTS);
    assertThat(rig.store().lastSequence()).isEqualTo(sent);
    Map<Integer, Integer> lastItemOfUser = new HashMap<>();
    for (long sequence = 1; sequence <= sent; sequence++) {
      LoggedEvent event = rig.store().events().find(sequence).orElseThrow();
      String item = rig.store().dictionary().token(Field.ENTITY, event.item());
      int number = Integer.parseInt(item.substring(1));
      Integer before = lastItemOfUser.put(event.user(), number);
      assertThat(before == null ? -1 : before).isLessThan(number);
    }
  }

  @Test
  void an_event_id_is_taken_once_whether_it_came_by_rest_or_by_kafka() {
    rig.store().append(List.of(new Event("seen", "click", "ann", "dune", 1, 0, null, null)));
    rig.start();
    Rig.await("reading", () -> rig.state(Feed.EVENTS) instanceof FeedState.Reading);
    rig.send(Feed.EVENTS, "ann", Rig.event("seen", "ann", "dune"));
    rig.send(Feed.EVENTS, "ann", Rig.event("new", "ann", "dune"));
    rig.awaitAll(Feed.EVENTS);
    assertThat(rig.storedIds()).isEqualTo(Map.of("seen", 1, "new", 1));
    assertThat(
            rig.store()
                .append(List.of(new Event("new", "click", "ann", "dune", 1, 0, null, null)))
                .duplicates())
        .isEqualTo(1);
  }

  @Test
  void records_of_items_users_and_triples_are_stored_and_tombstones_delete_them() {
    rig.start();
    Rig.await("reading", () -> rig.state(Feed.TRIPLES) instanceof FeedState.Reading);
    rig.store().append(List.of(new Event(null, "click", "ann", "dune", 1, 0, null, null)));
    rig.send(Feed.ITEMS, "dune", "{\"fields\":{\"title\":\"Dune\"},\"categories\":[\"book\"]}");
    rig.send(Feed.ITEMS, "emma", "{\"id\":\"emma\",\"hidden\":true}");
    rig.send(Feed.ITEMS, "dune", null);
    rig.send(Feed.USERS, "ann", "{\"fields\":{\"age\":33}}");
    rig.send(Feed.USERS, "bob", "{\"fields\":{\"age\":34}}");
    rig.send(Feed.USERS, "ann", null);
    rig.send(Feed.USERS, "nobody", null);
    rig.send(
        Feed.TRIPLES, "[\"a\",\"r\",\"b\"]", "{\"head\":\"a\",\"relation\":\"r\",\"tail\":\"b\"}");
    rig.send(
        Feed.TRIPLES, "[\"a\",\"r\",\"c\"]", "{\"head\":\"a\",\"relation\":\"r\",\"tail\":\"c\"}");
    rig.send(Feed.TRIPLES, "[\"a\",\"r\",\"b\"]", null);
    rig.awaitAll(Feed.ITEMS);
    rig.awaitAll(Feed.USERS);
    rig.awaitAll(Feed.TRIPLES);

    assertThat(item("dune").orElseThrow().deleted()).isTrue();
    assertThat(item("emma").orElseThrow().hidden()).isTrue();
    assertThat(rig.store().dictionary().find(Field.USER, "ann")).isEqualTo(-1);
    assertThat(rig.store().dictionary().find(Field.USER, "bob")).isNotNegative();
    int c = rig.store().dictionary().find(Field.ENTITY, "c");
    List<Integer> tails = new ArrayList<>();
    rig.store()
        .edges()
        .scan((relation, _, tail, _, _) -> {
          if (relation != 0) {
            tails.add(tail);
          }
        });
    assertThat(tails).containsExactly(c);
    for (Feed feed : Feed.values()) {
      assertThat(rig.deadLetters(feed)).isEmpty();
    }
  }

  @Test
  void what_can_never_be_stored_is_a_dead_letter_with_origin_and_reason() throws Exception {
    rig.partitions = 1;
    rig.start();
    Rig.await("reading", () -> rig.state(Feed.EVENTS) instanceof FeedState.Reading);
    rig.send(Feed.EVENTS, "ann", Rig.event("good1", "ann", "dune"));
    var poison = record("{\"type\":\"click\",\"user_id\":\"ann\"");
    poison.headers().add("kept", "yes".getBytes(UTF_8));
    rig.send(poison);
    rig.send(Feed.EVENTS, "ann", null);
    rig.send(Feed.EVENTS, "ann", Rig.event("good2", "ann", "dune"));
    rig.send(Feed.TRIPLES, "not a triple", null);
    rig.send(Feed.TRIPLES, "[\"a\",\"interacts\",\"b\"]", null);
    rig.send(Feed.ITEMS, "i1", "{\"id\":\"another\"}");
    rig.send(Feed.USERS, null, null);
    rig.awaitAll(Feed.EVENTS);
    rig.awaitAll(Feed.TRIPLES);
    rig.awaitAll(Feed.ITEMS);
    rig.awaitAll(Feed.USERS);

    assertThat(rig.storedIds()).isEqualTo(Map.of("good1", 1, "good2", 1));
    var letters = rig.deadLetters(Feed.EVENTS);
    assertThat(letters).hasSize(2);
    var letter = letters.getFirst();
    assertThat(letter.value()).isEqualTo(poison.value());
    assertThat(Rig.header(letter, "kept")).isEqualTo("yes");
    assertThat(Rig.header(letter, DeadLetters.TOPIC)).isEqualTo(rig.topic(Feed.EVENTS));
    assertThat(Rig.header(letter, DeadLetters.PARTITION)).isEqualTo("0");
    assertThat(Rig.header(letter, DeadLetters.OFFSET)).isEqualTo("1");
    assertThat(Long.parseLong(Rig.header(letter, DeadLetters.TIMESTAMP))).isPositive();
    assertThat(Rig.header(letter, DeadLetters.CODE)).isEqualTo("broken_json");
    assertThat(Rig.header(letter, DeadLetters.REASON)).contains("end-of-input");
    assertThat(letters.get(1).value()).isNull();
    assertThat(Rig.header(letters.get(1), DeadLetters.CODE)).isEqualTo("empty_body");
    assertThat(rig.deadLetters(Feed.TRIPLES)).hasSize(2);
    assertThat(rig.deadLetters(Feed.ITEMS)).hasSize(1);
    assertThat(rig.deadLetters(Feed.USERS)).hasSize(1);
    assertThat(rig.count("espalier.stream.dead.letters")).isEqualTo(6);
    assertThat(rig.count("espalier.stream.dead.letters", "feed", "events", "code", "broken_json"))
        .isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({"DISK_FULL", "IO"})
  void a_store_that_takes_nothing_pauses_reading_and_nothing_is_skipped(StoreException.Kind kind)
      throws Exception {
    AtomicInteger failures = new AtomicInteger(6);
    rig.intakes = intake -> () -> new FailingBatch(intake.begin(), failures, kind);
    rig.start();
    Rig.await("reading", () -> rig.state(Feed.EVENTS) instanceof FeedState.Reading);
    int sent = 300;
    for (int i = 0; i < sent; i++) {
      rig.send(Feed.EVENTS, "u" + i % 5, event("u" + i % 5, "i" + i)); // without ids
    }
    Rig.await("a pause", () -> rig.state(Feed.EVENTS) instanceof FeedState.Paused);
    assertThat(rig.state(Feed.EVENTS).detail()).contains("on purpose");
    assertThat(rig.meters.get("espalier.stream.paused").tag("feed", "events").gauge().value())
        .isEqualTo(1);
    rig.awaitAll(Feed.EVENTS);
    assertThat(failures.get()).as("failures that were met").isLessThan(6);
    assertThat(rig.store().lastSequence()).isEqualTo(sent);
    Rig.await("reading again", () -> rig.state(Feed.EVENTS) instanceof FeedState.Reading);
    assertThat(rig.deadLetters(Feed.EVENTS)).isEmpty();
  }

  @Test
  void two_readers_of_one_store_store_every_record_once() throws Exception {
    rig.partitions = 4;
    rig.start();
    Rig.await("reading", () -> rig.state(Feed.EVENTS) instanceof FeedState.Reading);
    int sent = 0;
    for (int round = 0; round < 3; round++) {
      Stream another = rig.startAnother();
      for (int i = 0; i < 2000; i++, sent++) {
        rig.send(Feed.EVENTS, "u" + sent % 50, event("u" + sent % 50, "i" + sent % 99));
      }
      rig.producer().flush();
      another.stop();
    }
    rig.awaitAll(Feed.EVENTS);
    assertThat(rig.store().lastSequence()).isEqualTo(sent);
  }

  @Test
  void two_instances_with_a_store_each_both_take_everything_and_one_goes_on_where_it_was()
      throws Exception {
    String prefix = "t" + UUID.randomUUID();
    try (Rig first = new Rig(Broker.address(), prefix, data.resolve("first"));
        Rig second = new Rig(Broker.address(), prefix, data.resolve("second"))) {
      first.start();
      second.start();
      Rig.await("reading", () -> first.state(Feed.EVENTS) instanceof FeedState.Reading);
      Rig.await("reading", () -> second.state(Feed.EVENTS) instanceof FeedState.Reading);
      for (int round = 1; round <= 3; round++) {
        for (int i = 0; i < 300; i++) {
          first.send(Feed.EVENTS, "u" + i % 5, event("u" + i % 5, "i" + i)); // without ids
        }
        first.awaitAll(Feed.EVENTS);
        if (round == 2) { // it was away meanwhile; another process takes its store over
          second.restart();
        }
        first.producer().flush();
        second.awaitAll(Feed.EVENTS);
        assertThat(first.store().lastSequence()).isEqualTo(round * 300L);
        assertThat(second.store().lastSequence()).isEqualTo(round * 300L);
        if (round == 1) {
          second.stop();
        }
      }
    }
  }

  @Test
  void partitions_that_are_added_are_read() throws Exception {
    rig.partitions = 1;
    rig.start();
    Rig.await("reading", () -> rig.state(Feed.EVENTS) instanceof FeedState.Reading);
    rig.send(Feed.EVENTS, "ann", event("ann", "i1"));
    rig.admin()
        .createPartitions(Map.of(rig.topic(Feed.EVENTS), NewPartitions.increaseTo(3)))
        .all()
        .get();
    for (int partition = 0; partition < 3; partition++) {
      byte[] value = event("bob", "i" + partition).getBytes(UTF_8);
      sendUntilKnown(new ProducerRecord<>(rig.topic(Feed.EVENTS), partition, null, value));
    }
    rig.awaitAll(Feed.EVENTS);
    assertThat(rig.store().lastSequence()).isEqualTo(4);
  }

  @Test
  void marks_and_aborted_records_of_transactions_are_no_events_and_leave_no_lag() {
    rig.partitions = 1;
    rig.start();
    Rig.await("reading", () -> rig.state(Feed.EVENTS) instanceof FeedState.Reading);
    Map<String, Object> config =
        Map.of(
            "bootstrap.servers",
            Broker.address(),
            "transactional.id",
            "t" + UUID.randomUUID(),
            "key.serializer",
            ByteArraySerializer.class,
            "value.serializer",
            ByteArraySerializer.class);
    try (KafkaProducer<byte[], byte[]> transactional = new KafkaProducer<>(config)) {
      transactional.initTransactions();
      for (int i = 0; i < 4; i++) {
        transactional.beginTransaction();
        var _ = transactional.send(record(Rig.event("e" + i, "ann", "dune")));
        transactional.flush();
        if (i % 2 == 0) {
          transactional.commitTransaction();
        } else {
          transactional.abortTransaction();
        }
      }
      transactional.beginTransaction();
      var _ = transactional.send(record(Rig.event("last", "ann", "dune")));
      transactional.commitTransaction();
    }
    Rig.await("the last event", () -> rig.storedIds().containsKey("last"));
    assertThat(rig.storedIds()).isEqualTo(Map.of("e0", 1, "e2", 1, "last", 1));
    rig.restart();
    rig.send(Feed.EVENTS, null, Rig.event("after", "ann", "dune"));
    Rig.await("one more", () -> rig.storedIds().containsKey("after"));
    assertThat(rig.store().lastSequence()).isEqualTo(4);
  }

  @ParameterizedTest
  @CsvSource({"STOP", "EARLIEST"})
  void a_topic_that_was_made_anew_is_never_taken_for_the_old_one(OnLostOffset choice)
      throws Exception {
    rig.onLostOffset = choice;
    rig.partitions = 1;
    rig.start();
    Rig.await("reading", () -> rig.state(Feed.EVENTS) instanceof FeedState.Reading);
    for (int i = 0; i < 5; i++) {
      rig.send(Feed.EVENTS, null, Rig.event("old" + i, "ann", "dune"));
    }
    rig.awaitAll(Feed.EVENTS);
    rig.stop();
    recreate(rig.topic(Feed.EVENTS));
    for (int i = 0; i < 9; i++) { // more than before, so that the old offset is there again
      sendUntilKnown(record(Rig.event("new" + i, "ann", "dune")));
    }
    rig.start();
    if (choice == OnLostOffset.STOP) {
      Rig.await("the loss", () -> rig.state(Feed.EVENTS) instanceof FeedState.Lost);
      assertThat(rig.state(Feed.EVENTS).detail())
          .contains("was made anew", "espalier.kafka.on-lost-offset=earliest");
      assertThat(rig.store().lastSequence()).isEqualTo(5);
      rig.onLostOffset = OnLostOffset.EARLIEST;
      rig.restart();
    }
    rig.awaitAll(Feed.EVENTS);
    assertThat(rig.store().lastSequence()).isEqualTo(14);
    rig.onLostOffset = OnLostOffset.STOP; // the loss was dealt with, so it is not met again
    rig.restart();
    Rig.await("reading", () -> rig.state(Feed.EVENTS) instanceof FeedState.Reading);
  }

  @ParameterizedTest
  @CsvSource({"STOP", "EARLIEST"})
  void records_that_expired_before_they_were_read_are_told_and_never_skipped_in_silence(
      OnLostOffset choice) throws Exception {
    rig.onLostOffset = choice;
    rig.partitions = 1;
    rig.start();
    Rig.await("reading", () -> rig.state(Feed.EVENTS) instanceof FeedState.Reading);
    rig.send(Feed.EVENTS, null, Rig.event("e0", "ann", "dune"));
    rig.awaitAll(Feed.EVENTS);
    rig.stop();
    for (int i = 1; i <= 4; i++) {
      rig.send(Feed.EVENTS, null, Rig.event("e" + i, "ann", "dune"));
    }
    rig.producer().flush();
    TopicPartition partition = new TopicPartition(rig.topic(Feed.EVENTS), 0);
    rig.admin().deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(3))).all().get();
    rig.start();
    if (choice == OnLostOffset.STOP) {
      Rig.await("the loss", () -> rig.state(Feed.EVENTS) instanceof FeedState.Lost);
      assertThat(rig.state(Feed.EVENTS).detail()).contains("lost offsets 1 to 2");
      assertThat(rig.store().lastSequence()).isEqualTo(1);
    } else {
      rig.awaitAll(Feed.EVENTS);
      assertThat(rig.storedIds().keySet()).containsExactlyInAnyOrder("e0", "e3", "e4");
    }
  }

  @Test
  void missing_topics_are_waited_for_and_named() throws Exception {
    rig.createTopics = false;
    rig.start();
    Rig.await(
        "waiting",
        () -> rig.state(Feed.EVENTS).detail().contains(rig.topic(Feed.EVENTS) + " does not exist"));
    String topic = rig.topic(Feed.EVENTS);
    rig.admin()
        .createTopics(
            List.of(
                new NewTopic(topic, 1, (short) 1),
                new NewTopic(Feed.deadLetters(topic), 1, (short) 1)))
        .all()
        .get();
    Rig.await("reading", () -> rig.state(Feed.EVENTS) instanceof FeedState.Reading);
    assertThat(rig.state(Feed.ITEMS)).isInstanceOf(FeedState.Waiting.class);
  }

  @Test
  void clocks_that_differ_move_no_event_into_the_future() throws Exception {
    Instant now = Instant.parse("2026-06-01T00:00:00Z");
    rig.clock = Clock.fixed(now, ZoneOffset.UTC);
    rig.partitions = 1;
    rig.start();
    Rig.await("reading", () -> rig.state(Feed.EVENTS) instanceof FeedState.Reading);
    long hourMs = Duration.ofHours(1).toMillis();
    long nowMs = now.toEpochMilli();
    // The record's own time stands for that of an event that has none, but not beyond our clock.
    sendAt(nowMs + 48 * hourMs, "{\"event_id\":\"ahead\",%s}");
    sendAt(nowMs - 48 * hourMs, "{\"event_id\":\"behind\",%s}");
    // A time that the event says itself is taken or refused, never bent.
    sendAt(nowMs, "{\"event_id\":\"near\",\"timestamp\":%d,%%s}".formatted(nowMs + hourMs));
    sendAt(nowMs, "{\"event_id\":\"far\",\"timestamp\":%d,%%s}".formatted(nowMs + 48 * hourMs));
    rig.awaitAll(Feed.EVENTS);
    assertThat(timeOf("ahead")).isEqualTo(nowMs);
    assertThat(timeOf("behind")).isEqualTo(nowMs - 48 * hourMs);
    assertThat(timeOf("near")).isEqualTo(nowMs + hourMs);
    assertThat(rig.store().offsets().sequenceOf("far")).isEmpty();
    assertThat(rig.deadLetters(Feed.EVENTS))
        .singleElement()
        .satisfies(letter ->
            assertThat(Rig.header(letter, DeadLetters.CODE)).isEqualTo("invalid_timestamp"));
  }

  private void sendAt(long recordMs, String json) {
    byte[] value =
        json.formatted("\"type\":\"click\",\"user_id\":\"ann\",\"item_id\":\"dune\"")
            .getBytes(UTF_8);
    rig.send(new ProducerRecord<>(rig.topic(Feed.EVENTS), null, recordMs, null, value));
  }

  private long timeOf(String eventId) {
    long sequence = rig.store().offsets().sequenceOf(eventId).orElseThrow();
    return rig.store().events().find(sequence).orElseThrow().timeMs();
  }

  private ProducerRecord<byte[], byte[]> record(String json) {
    return new ProducerRecord<>(rig.topic(Feed.EVENTS), json.getBytes(UTF_8));
  }

  private static String event(String user, String item) {
    return "{\"type\":\"click\",\"user_id\":\"%s\",\"item_id\":\"%s\"}".formatted(user, item);
  }

  private Optional<CatalogueRecord> item(String id) {
    return rig.store()
        .catalogue()
        .find(Catalogue.Kind.ITEM, rig.store().dictionary().find(Field.ENTITY, id));
  }

  private void recreate(String topic) throws Exception {
    rig.admin().deleteTopics(List.of(topic)).all().get();
    Rig.await(
        "deletion",
        () -> {
          try {
            return !rig.admin().listTopics().names().get().contains(topic);
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        });
    rig.admin().createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get();
  }

  /** A producer learns of new topics and partitions a little late. */
  private void sendUntilKnown(ProducerRecord<byte[], byte[]> record) {
    Rig.await(
        "the producer to know " + record.topic(),
        () -> {
          try {
            rig.producer().send(record).get();
            return true;
          } catch (Exception e) {
            return false;
          }
        });
  }

  /** Says that it failed, as long as there are failures left; every other time after it has stored all. */
  private record FailingBatch(Intake.Batch batch, AtomicInteger failures, StoreException.Kind kind)
      implements Intake.Batch {
    @Override
    public void add(ConsumerRecord<byte[], byte[]> record) throws Rejection {
      batch.add(record);
    }

    @Override
    public Intake.Stored submit(String source, long from, long next) {
      Intake.Stored stored = failures.get() % 2 == 0 ? null : batch.submit(source, from, next);
      return () -> {
        if (failures.getAndDecrement() > 0) {
          throw new StoreException(kind, "fails on purpose");
        }
        return stored == null ? batch.submit(source, from, next).await() : stored.await();
      };
    }
  }
}
