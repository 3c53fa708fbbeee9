package org.espalier.bench.torture;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.espalier.bench.torture.Ledger.Sent;

/** Sends events to the topic; those that the broker has acknowledged must come out in the service once. */
final class RecordWriter extends Work implements AutoCloseable {

  private final KafkaProducer<byte[], byte[]> producer;
  private final String topic;
  private final Ledger ledger;
  private final SplittableRandom random;
  private long next;

  RecordWriter(
      String brokers,
      String topic,
      long seed,
      Ledger ledger,
      AtomicBoolean ending,
      Violations violations) {
    super(ending, violations);
    this.topic = topic;
    this.ledger = ledger;
    this.random = new SplittableRandom(seed);
    this.producer =
        new KafkaProducer<>(
            Map.of(
                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                brokers,
                ProducerConfig.ACKS_CONFIG,
                "all",
                ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
                true,
                ProducerConfig.MAX_BLOCK_MS_CONFIG,
                2000,
                ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                180_000,
                ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG,
                ByteArraySerializer.class,
                ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG,
                ByteArraySerializer.class));
  }

  @Override
  void step() throws InterruptedException {
    Sent event =
        new Sent(
            "k-" + next++,
            "u" + random.nextInt(EventWriter.USERS),
            "i" + random.nextInt(EventWriter.ITEMS));
    try {
      var _ =
          producer.send(
              new ProducerRecord<>(
                  topic, event.user().getBytes(UTF_8), event.json().getBytes(UTF_8)),
              (_, refused) -> {
                if (refused == null) {
                  ledger.acknowledge(List.of(event));
                  countOne();
                }
              });
    } catch (KafkaException e) {
      backOff(); // the broker is away
    }
    Thread.sleep(10);
  }

  /** Waits for what is under way. */
  @Override
  public void close() {
    producer.close();
  }
}
