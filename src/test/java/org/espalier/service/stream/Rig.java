package org.espalier.service.stream;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.espalier.embeddings.store.Store;
import org.espalier.embeddings.store.StoreOptions;
import org.espalier.service.decode.EventDecoder;
import org.espalier.service.decode.RecordDecoder;
import org.espalier.service.decode.TripleDecoder;
import org.espalier.service.platform.InteractionProperties;
import org.espalier.service.platform.Spans;
import org.espalier.service.stream.StreamProperties.OnLostOffset;
import org.espalier.service.wire.ElementReader;
import org.espalier.service.wire.Limits;
import org.espalier.service.wire.Timestamps;
import org.jspecify.annotations.Nullable;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.kafka.core.DefaultKafkaProducerFactory;
import org.springframework.kafka.core.KafkaAdmin;
import org.springframework.util.unit.DataSize;
import tools.jackson.databind.json.JsonMapper;

/** A store and the stream into it, without the rest of the service. */
final class Rig implements AutoCloseable {

  private static final long WAIT_SECONDS_MAX = 60;

  private final Path data;
  private final String prefix;
  private final String brokers;
  private final Clients clients;
  private final Producer<byte[], byte[]> producer;
  private final Admin admin;
  final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  Clock clock = Clock.systemUTC();
  OnLostOffset onLostOffset = OnLostOffset.STOP;
  int partitions = 2;
  boolean createTopics = true;
  UnaryOperator<Intake> intakes = intake -> intake;

  private @Nullable Store store;
  private @Nullable Running running;

  private record Running(Stream stream, Topics topics, DeadLetters deadLetters) {
    void close() {
      stream.stop();
      topics.close();
      deadLetters.close();
    }
  }

  Rig(String brokers, String prefix, Path data) {
    this.data = data;
    this.prefix = prefix;
    this.brokers = brokers;
    this.clients = clients(prefix);
    this.producer = clients.newProducer();
    this.admin = clients.newAdmin();
  }

  Admin admin() {
    return admin;
  }

  Producer<byte[], byte[]> producer() {
    return producer;
  }

  /** Clients of a group. */
  Clients clients(String group) {
    return new Clients(
        new DefaultKafkaConsumerFactory<>(Map.of("bootstrap.servers", brokers, "group.id", group)),
        new DefaultKafkaProducerFactory<>(Map.of("bootstrap.servers", brokers)),
        new KafkaAdmin(Map.of("bootstrap.servers", brokers)));
  }

  String topic(Feed feed) {
    return feed.topic(prefix);
  }

  Store store() {
    if (store == null) {
      store = Store.open(data, StoreOptions.defaults());
    }
    return store;
  }

  Stream stream() {
    return Objects.requireNonNull(running).stream();
  }

  /** Reads from now on. */
  Rig start() {
    running = running();
    running.stream().start();
    return this;
  }

  /** A second reader of the same store and topics; whoever asked stops it. */
  Stream startAnother() {
    Stream another = running().stream();
    another.start();
    return another;
  }

  private Running running() {
    StreamProperties properties =
        new StreamProperties(
            true,
            prefix,
            createTopics,
            partitions,
            (short) -1,
            2,
            onLostOffset,
            false,
            Duration.ofMillis(200),
            Duration.ofMillis(400));
    Limits limits =
        new Limits(
            DataSize.ofMegabytes(16),
            Duration.ofMinutes(1),
            10_000,
            DataSize.ofKilobytes(256),
            64,
            DataSize.ofKilobytes(4),
            Duration.ofDays(1),
            64,
            DataSize.ofBytes(128),
            DataSize.ofKilobytes(4),
            256);
    Timestamps timestamps = new Timestamps(clock, limits.futureTime());
    StreamConfiguration parts = new StreamConfiguration();
    Topics topics = parts.topics(clients, properties);
    DeadLetters deadLetters = parts.deadLetters(clients, meters);
    Map<Feed, Intake> all = new HashMap<>();
    parts
        .intakes(
            store(),
            parts.payloads(JsonMapper.shared(), limits),
            new ElementReader(limits),
            new EventDecoder(limits, timestamps, new InteractionProperties(Map.of(), 1)),
            new RecordDecoder(limits, timestamps),
            new TripleDecoder(timestamps),
            timestamps,
            JsonMapper.shared(),
            _ -> {},
            user -> store().deleteUser(user).isPresent())
        .forEach((feed, intake) -> all.put(feed, intakes.apply(intake)));
    Stream stream =
        parts.stream(properties, store(), clients, topics, deadLetters, all, meters, Spans.none());
    return new Running(stream, topics, deadLetters);
  }

  void stop() {
    if (running != null) {
      running.close();
      running = null;
    }
  }

  /** Ends the stream and the store, and begins both again. */
  void restart() {
    stop();
    closeStore();
    start();
  }

  private void closeStore() {
    if (store != null) {
      store.close();
      store = null;
    }
  }

  // ---- records in

  /** Sends a record; what it becomes is known after {@link #awaitAll}. */
  void send(ProducerRecord<byte[], byte[]> record) {
    var _ = producer.send(record);
  }

  void send(Feed feed, @Nullable String key, @Nullable String value) {
    send(
        new ProducerRecord<>(
            topic(feed),
            key == null ? null : key.getBytes(UTF_8),
            value == null ? null : value.getBytes(UTF_8)));
  }

  static String event(String id, String user, String item) {
    return "{\"event_id\":\"%s\",\"type\":\"click\",\"user_id\":\"%s\",\"item_id\":\"%s\"}"
        .formatted(id, user, item);
  }

  // ---- what became of them

  FeedState state(Feed feed) {
    return stream().statuses().stream()
        .filter(status -> status.feed() == feed)
        .findFirst()
        .orElseThrow()
        .state();
  }

  long lag(Feed feed) {
    return (long) meters.get("espalier.stream.lag").tag("feed", feed.label()).gauge().value();
  }

  /** Waits until everything that was sent to a feed is in the store. */
  void awaitAll(Feed feed) {
    producer.flush();
    List<TopicPartition> topicPartitions = partitionsOf(topic(feed));
    String id = topicId(topic(feed));
    try (Consumer<byte[], byte[]> consumer = clients.newConsumer(Map.of())) {
      Map<TopicPartition, Long> ends = consumer.endOffsets(topicPartitions);
      await(
          feed + " up to " + ends,
          () ->
              ends.entrySet().stream()
                  .allMatch(end ->
                      end.getValue() == 0
                          || store()
                                  .offsets()
                                  .next(
                                      "kafka/%s/%d/%s"
                                          .formatted(
                                              end.getKey().topic(), end.getKey().partition(), id))
                                  .orElse(0)
                              >= end.getValue()));
    }
  }

  private String topicId(String topic) {
    try {
      return Objects.requireNonNull(
              admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic))
          .topicId()
          .toString();
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  private List<TopicPartition> partitionsOf(String topic) {
    try (Consumer<byte[], byte[]> consumer = clients.newConsumer(Map.of())) {
      return consumer.partitionsFor(topic).stream()
          .map(info -> new TopicPartition(topic, info.partition()))
          .toList();
    }
  }

  /** Everything that a topic holds. */
  List<ConsumerRecord<byte[], byte[]>> all(String topic) {
    List<TopicPartition> topicPartitions = partitionsOf(topic);
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    try (Consumer<byte[], byte[]> consumer = clients.newConsumer(Map.of())) {
      consumer.assign(topicPartitions);
      consumer.seekToBeginning(topicPartitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(topicPartitions);
      while (ends.entrySet().stream()
          .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
        consumer.poll(Duration.ofMillis(100)).forEach(records::add);
      }
    }
    return records;
  }

  List<ConsumerRecord<byte[], byte[]>> deadLetters(Feed feed) {
    return all(Feed.deadLetters(topic(feed)));
  }

  static String header(ConsumerRecord<byte[], byte[]> record, String name) {
    Header header = record.headers().lastHeader(name);
    return header == null ? "" : new String(header.value(), UTF_8);
  }

  /** How often each event id is in the log. */
  Map<String, Integer> storedIds() {
    Map<String, Integer> counts = new HashMap<>();
    for (long sequence = 1; sequence <= store().lastSequence(); sequence++) {
      store()
          .events()
          .find(sequence)
          .flatMap(event -> event.eventId())
          .ifPresent(id -> counts.merge(id, 1, Integer::sum));
    }
    return counts;
  }

  double count(String name, String... tags) {
    return meters.find(name).tags(tags).counters().stream().mapToDouble(Counter::count).sum();
  }

  static void await(String what, BooleanSupplier condition) {
    long endNs = System.nanoTime() + Duration.ofSeconds(WAIT_SECONDS_MAX).toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > endNs) {
        throw new AssertionError("waited in vain for " + what);
      }
      try {
        Thread.sleep(20);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  @Override
  public void close() {
    stop();
    closeStore();
    producer.close();
    admin.close();
  }
}
