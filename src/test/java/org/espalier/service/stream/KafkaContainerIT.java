package org.espalier.service.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.junit.jupiter.Container;
import org.testcontainers.junit.jupiter.Testcontainers;
import org.testcontainers.kafka.KafkaContainer;

/** The broker as it is shipped, for whoever has Docker. */
@Testcontainers(disabledWithoutDocker = true)
@DisplayNameGeneration(ReplaceUnderscores.class)
class KafkaContainerIT {

  @Container static final KafkaContainer BROKER = new KafkaContainer("apache/kafka:4.2.1");

  @TempDir Path data;

  @Test
  void records_go_from_a_shipped_broker_into_the_store() {
    try (Rig rig = new Rig(BROKER.getBootstrapServers(), "container", data.resolve("store"))) {
      rig.start();
      Rig.await("reading", () -> rig.state(Feed.EVENTS) instanceof FeedState.Reading);
      for (int n = 0; n < 1000; n++) {
        rig.send(Feed.EVENTS, "u" + n % 9, Rig.event("e" + n, "u" + n % 9, "i" + n % 40));
      }
      rig.awaitAll(Feed.EVENTS);
      assertThat(rig.store().lastSequence()).isEqualTo(1000);
    }
  }
}
