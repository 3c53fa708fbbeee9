package org.espalier.service.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.security.auth.Subject;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.spi.LoginModule;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.KafkaAdmin;
import org.springframework.kafka.core.ProducerFactory;

/** Spring's settings in the clients that are really built. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class ClientsTest {

  private static final int TLS_HANDSHAKE = 22; // the first byte of every TLS connection

  /** What clients gave to their login when they were built. */
  private static final Queue<Map<String, ?>> LOGINS = new ConcurrentLinkedQueue<>();

  /** A SASL login that writes down its settings. */
  public static final class SeenLogin implements LoginModule {
    @Override
    public void initialize(
        Subject subject, CallbackHandler handler, Map<String, ?> shared, Map<String, ?> options) {
      LOGINS.add(options);
    }

    @Override
    public boolean login() {
      return true;
    }

    @Override
    public boolean commit() {
      return true;
    }

    @Override
    public boolean abort() {
      return true;
    }

    @Override
    public boolean logout() {
      return true;
    }
  }

  @Test
  void consumers_producers_and_administrators_log_in_by_sasl_and_speak_tls() throws Exception {
    LOGINS.clear();
    try (ServerSocket broker = new ServerSocket(0, 9, InetAddress.getLoopbackAddress())) {
      broker.setSoTimeout(60_000);
      Clients clients =
          clients(
              "spring.kafka.bootstrap-servers=127.0.0.1:" + broker.getLocalPort(),
              "spring.kafka.security.protocol=SASL_SSL",
              "spring.kafka.properties.sasl.mechanism=PLAIN",
              "spring.kafka.properties.sasl.jaas.config=%s required username=\"reader\";"
                  .formatted(SeenLogin.class.getName()));
      try (Admin admin = clients.newAdmin()) {
        var _ = admin.listTopics();
        assertThat(firstByte(broker)).isEqualTo(TLS_HANDSHAKE);
        admin.close(Duration.ZERO);
      }
      TopicPartition partition = new TopicPartition("t", 0);
      try (Consumer<byte[], byte[]> consumer = clients.newConsumer(Map.of())) {
        consumer.assign(List.of(partition));
        consumer.seek(partition, 0);
        Thread poll = Thread.ofVirtual().start(() -> consumer.poll(Duration.ofSeconds(1)));
        assertThat(firstByte(broker)).isEqualTo(TLS_HANDSHAKE);
        poll.join();
      }
      try (Consumer<?, ?> consumer = clients.consumers().createConsumer()) {
        assertThat(LOGINS).as("one login for each of the three").hasSize(3);
        assertThat(consumer).isNotNull();
      }
      try (Producer<byte[], byte[]> producer = clients.newProducer()) {
        Thread send =
            Thread.ofVirtual().start(() -> producer.send(new ProducerRecord<>("t", new byte[0])));
        assertThat(firstByte(broker)).isEqualTo(TLS_HANDSHAKE);
        producer.close(Duration.ZERO);
        send.join();
      }
    }
    assertThat(LOGINS)
        .hasSize(4)
        .allSatisfy(options -> assertThat(options.get("username")).isEqualTo("reader"));
  }

  private static int firstByte(ServerSocket broker) throws Exception {
    try (Socket client = broker.accept()) {
      return client.getInputStream().read();
    }
  }

  @Test
  void settings_of_spring_are_kept_and_what_the_service_depends_on_cannot_be_set() {
    Map<String, Object> config =
        clients(
                "spring.kafka.bootstrap-servers=127.0.0.1:1",
                "spring.kafka.consumer.group-id=shop",
                "spring.kafka.consumer.max-poll-records=77",
                "spring.kafka.consumer.fetch-min-size=9KB",
                "spring.kafka.consumer.auto-offset-reset=earliest",
                "spring.kafka.consumer.enable-auto-commit=true",
                "spring.kafka.ssl.trust-store-location=file:/etc/trust.p12",
                "spring.kafka.ssl.trust-store-password=secret")
            .consumers()
            .getConfigurationProperties();
    assertThat(config)
        .containsEntry("group.id", "shop")
        .containsEntry("max.poll.records", 77)
        .containsEntry("fetch.min.bytes", 9216)
        .containsEntry("ssl.truststore.location", "/etc/trust.p12")
        .containsEntry("ssl.truststore.password", "secret")
        .containsEntry("auto.offset.reset", "none")
        .containsEntry("enable.auto.commit", false);
  }

  private static Clients clients(String... settings) {
    Clients[] made = new Clients[1];
    new ApplicationContextRunner()
        .withConfiguration(AutoConfigurations.of(KafkaAutoConfiguration.class))
        .withPropertyValues(settings)
        .run(context -> {
          made[0] =
              new Clients(
                  context.getBean(ConsumerFactory.class),
                  context.getBean(ProducerFactory.class),
                  context.getBean(KafkaAdmin.class));
        });
    return made[0];
  }
}
