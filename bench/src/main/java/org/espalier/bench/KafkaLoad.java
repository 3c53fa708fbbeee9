package org.espalier.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Events into a topic, by one idempotent producer. */
final class KafkaLoad implements EventLoad {

  private static final int DIFFERENT = 1 << 16; // made once, so that making them costs nothing

  private final KafkaProducer<byte[], byte[]> producer;
  private final String topic;
  private final byte[][] events = new byte[DIFFERENT][];
  private final AtomicLong acknowledged = new AtomicLong();
  private int next;

  KafkaLoad(String brokers, String topic) {
    this.topic = topic;
    this.producer =
        new KafkaProducer<>(
            Map.of(
                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                brokers,
                ProducerConfig.LINGER_MS_CONFIG,
                5,
                ProducerConfig.BATCH_SIZE_CONFIG,
                256 << 10,
                ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG,
                ByteArraySerializer.class,
                ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG,
                ByteArraySerializer.class));
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < DIFFERENT; i++) {
      events[i] = EventLoad.event(random).getBytes(UTF_8);
    }
  }

  @Override
  public void run(double seconds) {
    long endNs = System.nanoTime() + (long) (seconds * 1e9);
    while (System.nanoTime() < endNs) {
      var _ =
          producer.send(
              new ProducerRecord<>(topic, events[next++ & (DIFFERENT - 1)]),
              (_, refused) -> {
                if (refused == null) {
                  acknowledged.incrementAndGet();
                }
              });
    }
    producer.flush();
  }

  @Override
  public long acknowledged() {
    return acknowledged.get();
  }

  @Override
  public void close() {
    producer.close();
  }
}
