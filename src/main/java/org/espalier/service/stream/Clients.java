package org.espalier.service.stream;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.kafka.core.KafkaAdmin;
import org.springframework.kafka.core.ProducerFactory;

/**
 * Kafka's clients, by Spring's settings ({@code spring.kafka.*}: brokers, TLS, SASL, fetch sizes), with what this service
 * depends on laid over them.
 */
final class Clients {

  private static final String GROUP = "espalier";

  private final Map<String, Object> consumer;
  private final Map<String, Object> producer;
  private final Map<String, Object> admin;

  Clients(ConsumerFactory<?, ?> consumers, ProducerFactory<?, ?> producers, KafkaAdmin admin) {
    this.consumer = consumer(consumers.getConfigurationProperties());
    this.producer = producer(producers.getConfigurationProperties());
    this.admin = new HashMap<>(admin.getConfigurationProperties());
    this.admin.putIfAbsent(
        "default.api.timeout.ms", 20_000); // a check must end before the next ones pile up
    this.admin.putIfAbsent("request.timeout.ms", 10_000);
  }

  private static Map<String, Object> consumer(Map<String, Object> settings) {
    Map<String, Object> config = new HashMap<>(settings);
    config.putIfAbsent(ConsumerConfig.GROUP_ID_CONFIG, GROUP);
    config.putIfAbsent(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 4000);
    // A transaction that was aborted never happened.
    config.putIfAbsent(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    config.put(
        ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
        "none"); // what is lost is never skipped in silence
    config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    config.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    config.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    return config;
  }

  private static Map<String, Object> producer(Map<String, Object> settings) {
    Map<String, Object> config = new HashMap<>(settings);
    config.putIfAbsent(ProducerConfig.LINGER_MS_CONFIG, 5);
    config.putIfAbsent(ProducerConfig.MAX_BLOCK_MS_CONFIG, 30_000);
    config.putIfAbsent(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 60_000);
    config.putIfAbsent(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, 16 << 20);
    config.put(
        ProducerConfig.ACKS_CONFIG,
        "all"); // a dead letter is the only copy that is left to be seen
    config.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
    config.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
    return config;
  }

  /** The group under which offsets are committed, for tools that show lag. */
  String group() {
    return String.valueOf(consumer.get(ConsumerConfig.GROUP_ID_CONFIG));
  }

  ConsumerFactory<byte[], byte[]> consumers() {
    return new DefaultKafkaConsumerFactory<>(consumer);
  }

  /** A consumer of its own; whoever asked closes it. */
  Consumer<byte[], byte[]> newConsumer(Map<String, Object> besides) {
    Map<String, Object> config = new HashMap<>(consumer);
    config.putAll(besides);
    return new KafkaConsumer<>(config);
  }

  /** A producer of its own; whoever asked closes it. */
  Producer<byte[], byte[]> newProducer() {
    return new KafkaProducer<>(producer);
  }

  /** An administrator of its own; whoever asked closes it. */
  Admin newAdmin() {
    return Admin.create(admin);
  }
}
