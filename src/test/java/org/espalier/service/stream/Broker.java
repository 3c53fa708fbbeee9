package org.espalier.service.stream;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import java.util.List;
import java.util.Map;
import org.slf4j.LoggerFactory;
import org.springframework.kafka.test.EmbeddedKafkaBroker;
import org.springframework.kafka.test.EmbeddedKafkaKraftBroker;

/** One broker inside this JVM for all quick tests, which keep apart by the prefixes of their topics. */
public final class Broker {

  private static final EmbeddedKafkaBroker BROKER = start();

  private Broker() {}

  public static String address() {
    return BROKER.getBrokersAsString();
  }

  private static EmbeddedKafkaBroker start() {
    if (LoggerFactory.getILoggerFactory() instanceof LoggerContext logs) {
      for (String noisy : List.of("org.apache.kafka", "kafka", "state.change.logger")) {
        logs.getLogger(noisy).setLevel(Level.OFF);
      }
      logs.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(Level.WARN);
    }
    EmbeddedKafkaBroker broker =
        new EmbeddedKafkaKraftBroker(1, 1)
            .brokerProperties(
                Map.of(
                    "auto.create.topics.enable", "false",
                    "transaction.state.log.replication.factor", "1",
                    "transaction.state.log.min.isr", "1",
                    "offsets.topic.num.partitions", "1",
                    "transaction.state.log.num.partitions", "1"));
    broker.afterPropertiesSet();
    return broker;
  }
}
