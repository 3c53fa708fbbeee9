package org.espalier.service.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.security.auth.Subject;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.spi.LoginModule;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
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
      subject.getPublicCredentials().add("reader");
      subject.getPrivateCredentials().add("secret");
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

  /** What a client does that needs a broker. */
  private interface Use {
    void of(Clients clients);
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"admin", "consumer", "listener", "producer"})
  void clients_log_in_by_sasl_and_speak_tls(String kind) throws Exception {
    Use use =
        switch (kind) {
          case "admin" -> ClientsTest::ask;
          case "consumer" -> clients -> poll(clients.newConsumer(Map.of()));
          case "listener" -> clients -> poll(clients.consumers().createConsumer());
          default -> ClientsTest::send;
        };
    LOGINS.clear();
    try (ServerSocket broker = new ServerSocket(0, 9, InetAddress.getLoopbackAddress())) {
      broker.setSoTimeout(60_000);
      Clients clients =
          clients(
              "spring.kafka.bootstrap-servers=127.0.0.1:" + broker.getLocalPort(),
              "spring.kafka.security.protocol=SASL_SSL",
              "spring.kafka.properties.sasl.mechanism=PLAIN",
              "spring.kafka.properties.max.block.ms=1000",
              "spring.kafka.properties.default.api.timeout.ms=1000",
              "spring.kafka.properties.request.timeout.ms=1000",
              "spring.kafka.properties.sasl.jaas.config=%s required username=\"reader\";"
                  .formatted(SeenLogin.class.getName()));
      Thread client = Thread.ofPlatform().start(() -> use.of(clients));
      assertThat(firstByte(broker)).isEqualTo(TLS_HANDSHAKE);
      client.join();
    }
    assertThat(LOGINS)
        .singleElement()
        .satisfies(options -> assertThat(options.get("username")).isEqualTo("reader"));
  }

  private static void ask(Clients clients) {
    try (Admin admin = clients.newAdmin()) {
      admin.listTopics().names().get(1, TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      return; // nobody answers
    }
  }

  private static void poll(Consumer<byte[], byte[]> consumer) {
    try (consumer) {
      TopicPartition partition = new TopicPartition("t", 0);
      consumer.assign(List.of(partition));
      consumer.seek(partition, 0);
      consumer.poll(Duration.ofSeconds(1));
    }
  }

  private static void send(Clients clients) {
    Producer<byte[], byte[]> producer = clients.newProducer();
    try (producer) {
      producer.partitionsFor("t");
    } catch (KafkaException e) {
      return; // nobody answers
    }
  }

  /** Of the first connection that says something. */
  private static int firstByte(ServerSocket broker) throws IOException {
    int first;
    do {
      try (Socket client = broker.accept()) {
        first = client.getInputStream().read();
      }
    } while (first < 0);
    return first;
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
