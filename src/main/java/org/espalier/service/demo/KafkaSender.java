package org.espalier.service.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.espalier.service.console.CommandException;
import org.espalier.service.console.Progress;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/** Sends a stream through Kafka, and waits until the service has stored it. */
public final class KafkaSender {

  private static final Duration STALL_MAX = Duration.ofSeconds(60);

  private final String brokers;
  private final String topicPrefix;
  private final LongSupplier stored;
  private final JsonMapper json =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .changeDefaultPropertyInclusion(
              inclusion -> inclusion.withValueInclusion(JsonInclude.Include.NON_NULL))
          .build();

  /**
   * @param brokers as {@code host:port}
   * @param stored how many records the service has stored since it began
   */
  public KafkaSender(String brokers, String topicPrefix, LongSupplier stored) {
    this.brokers = brokers;
    this.topicPrefix = topicPrefix;
    this.stored = stored;
  }

  /**
   * Sends everything and returns once everything is stored.
   *
   * @throws CommandException when the brokers refuse a record, or the service does not get on
   */
  void send(Feed feed, Progress progress) throws InterruptedException {
    long before = stored.getAsLong();
    AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
    Map<String, Object> config =
        Map.of(
            ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
            brokers,
            ProducerConfig.LINGER_MS_CONFIG,
            5,
            ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG,
            ByteArraySerializer.class,
            ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG,
            ByteArraySerializer.class);
    try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(config)) {
      String topic = topicPrefix + "." + feed.name() + ".v1";
      for (Iterator<?> elements = feed.elements().get();
          elements.hasNext() && failure.get() == null; ) {
        Object element = elements.next();
        var _ =
            producer.send(
                new ProducerRecord<>(topic, key(element), json.writeValueAsBytes(element)),
                (_, refused) -> {
                  if (refused != null) {
                    failure.compareAndSet(null, refused);
                  }
                });
      }
    }
    Exception refused = failure.get();
    if (refused != null) {
      throw new CommandException("Kafka at " + brokers + " refused a record: " + refused, refused);
    }
    awaitStored(before, feed, progress);
  }

  private void awaitStored(long before, Feed feed, Progress progress) throws InterruptedException {
    long seen = 0;
    long movedNs = System.nanoTime();
    while (seen < feed.count()) {
      long now = stored.getAsLong() - before;
      if (now > seen) {
        progress.step(now - seen);
        seen = now;
        movedNs = System.nanoTime();
      } else if (System.nanoTime() - movedNs > STALL_MAX.toNanos()) {
        throw new CommandException(
            "%d of %d %s were stored, and nothing moves: see the dead letters and /actuator/health"
                .formatted(seen, feed.count(), feed.name()));
      }
      Thread.sleep(10);
    }
  }

  private byte[] key(Object element) {
    return switch (element) {
      case Feed.Interaction event -> event.userId().getBytes(UTF_8);
      case Feed.Described described -> described.id().getBytes(UTF_8);
      case Feed.Triple(var head, var relation, var tail) ->
          json.writeValueAsBytes(List.of(head, relation, tail));
      default -> throw new IllegalArgumentException("no key for " + element.getClass());
    };
  }
}
