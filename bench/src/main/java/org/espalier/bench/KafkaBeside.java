package org.espalier.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Events into a topic at a fixed rate, in a thread of its own, until it is closed. */
final class KafkaBeside implements AutoCloseable {

  private static final double BATCHES_PER_S = 20;

  private final AtomicLong acknowledged = new AtomicLong();
  private final AtomicLong errors = new AtomicLong();
  private final BesideThread thread;

  KafkaBeside(
      String brokers,
      String topic,
      double perSecond,
      long seed,
      Function<SplittableRandom, String> events) {
    thread =
        new BesideThread("kafka", closed -> run(brokers, topic, perSecond, seed, events, closed));
  }

  private void run(
      String brokers,
      String topic,
      double perSecond,
      long seed,
      Function<SplittableRandom, String> events,
      BooleanSupplier closed) {
    SplittableRandom random = new SplittableRandom(seed);
    Map<String, Object> config =
        Map.of(
            ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
            brokers,
            ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG,
            ByteArraySerializer.class,
            ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG,
            ByteArraySerializer.class);
    long startNs = System.nanoTime();
    long sent = 0;
    try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(config)) {
      for (long batch = 1; !closed.getAsBoolean(); batch++) {
        for (; sent < (long) (batch * perSecond / BATCHES_PER_S); sent++) {
          byte[] value = events.apply(random).getBytes(UTF_8);
          var _ =
              producer.send(
                  new ProducerRecord<>(topic, value),
                  (_, refused) -> (refused == null ? acknowledged : errors).incrementAndGet());
        }
        OpenLoad.await(startNs + (long) (batch * 1e9 / BATCHES_PER_S));
      }
    }
  }

  long acknowledged() {
    return acknowledged.get();
  }

  long errors() {
    return errors.get();
  }

  @Override
  public void close() {
    thread.close();
  }
}
