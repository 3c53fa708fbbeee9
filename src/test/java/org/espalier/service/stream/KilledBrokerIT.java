package org.espalier.service.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.espalier.embeddings.store.Field;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A broker that is killed in mid-stream and comes back. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class KilledBrokerIT {

  private static final int KILLS = 2;

  @TempDir Path temp;

  @Test
  void every_record_is_stored_once_though_the_broker_is_killed_in_mid_stream() throws Exception {
    try (RealBroker broker = RealBroker.start(temp.resolve("broker"));
        Rig rig = new Rig(broker.address(), "killed", temp.resolve("store"))) {
      rig.start();
      Rig.await("reading", () -> rig.state(Feed.EVENTS) instanceof FeedState.Reading);
      AtomicBoolean enough = new AtomicBoolean();
      AtomicInteger sent = new AtomicInteger();
      Thread sender = Thread.ofPlatform().start(() -> send(rig, sent, enough));
      for (int kill = 0; kill < KILLS; kill++) {
        long before = rig.store().lastSequence();
        Rig.await("some events", () -> rig.store().lastSequence() > before + 500);
        broker.kill();
        broker.restart();
      }
      enough.set(true);
      sender.join();
      rig.awaitAll(Feed.EVENTS);
      // The sender is idempotent and all of its records were acknowledged, so the topic holds each
      // once.
      assertThat(rig.all(rig.topic(Feed.EVENTS))).hasSize(sent.get());
      assertThat(rig.store().lastSequence()).isEqualTo(sent.get());
      assertThat(rig.store().dictionary().size(Field.ENTITY)).isEqualTo(sent.get());
      assertThat(rig.deadLetters(Feed.EVENTS)).isEmpty();
    }
  }

  /** Events without ids, each with an item of its own. */
  private static void send(Rig rig, AtomicInteger sent, AtomicBoolean enough) {
    try {
      while (!enough.get()) {
        int n = sent.getAndIncrement();
        rig.send(
            Feed.EVENTS,
            "u" + n % 20,
            "{\"type\":\"click\",\"user_id\":\"u%d\",\"item_id\":\"i%d\"}".formatted(n % 20, n));
        if (n % 100 == 0) {
          rig.producer().flush(); // does not run away while the broker is gone
        }
      }
      rig.producer().flush();
    } catch (Exception e) {
      throw new IllegalStateException("a record was not taken", e);
    }
  }
}
