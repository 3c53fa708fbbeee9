package org.espalier.service.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.espalier.service.stream.DeadLetterBox.Page;
import org.espalier.service.stream.DeadLetterBox.Replay;
import org.espalier.service.wire.ProblemException;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Dead letters seen and sent again. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class DeadLetterBoxTest {

  @TempDir Path data;

  @Test
  void letters_are_listed_in_pages_and_replayed_once() {
    String prefix = "t" + UUID.randomUUID();
    try (Rig rig = new Rig(Broker.address(), prefix, data.resolve("store"))) {
      rig.start();
      Rig.await("reading", () -> rig.state(Feed.EVENTS) instanceof FeedState.Reading);
      DeadLetterBox box = new DeadLetterBox(rig.clients(prefix), prefix);
      assertThat(box.page(Feed.EVENTS, null, 10)).isEqualTo(new Page(List.of(), null));
      assertThat(box.replay(Feed.EVENTS, 10)).isEqualTo(new Replay(0, 0, 0));

      for (int n = 0; n < 7; n++) {
        rig.send(Feed.EVENTS, "u" + n, "{\"event_id\":\"e" + n + "\"}");
      }
      rig.awaitAll(Feed.EVENTS);
      List<DeadLetter> seen = new ArrayList<>();
      String cursor = null;
      do {
        Page page = box.page(Feed.EVENTS, cursor, 3);
        assertThat(page.items()).hasSizeBetween(1, 3);
        seen.addAll(page.items());
        cursor = page.nextCursor();
      } while (cursor != null);
      assertThat(seen)
          .hasSize(7)
          .allSatisfy(letter -> {
            assertThat(letter.code()).isEqualTo("missing_field");
            assertThat(letter.origin().topic()).isEqualTo(rig.topic(Feed.EVENTS));
            assertThat(letter.value()).startsWith("{\"event_id\":");
            assertThat(letter.replayed()).isFalse();
          });
      assertThat(seen.stream().map(DeadLetter::key))
          .containsExactlyInAnyOrder("u0", "u1", "u2", "u3", "u4", "u5", "u6");
      assertThatThrownBy(() -> box.page(Feed.EVENTS, "nonsense", 3))
          .isInstanceOf(ProblemException.class);

      // They fail again and become new letters, which wait for another replay.
      assertThat(box.replay(Feed.EVENTS, 5)).isEqualTo(new Replay(5, 0, 2));
      rig.awaitAll(Feed.EVENTS);
      assertThat(rig.deadLetters(Feed.EVENTS)).hasSize(12);
      assertThat(box.page(Feed.EVENTS, null, 100).items().stream().filter(DeadLetter::replayed))
          .hasSize(5);
      assertThat(box.replay(Feed.EVENTS, 100)).isEqualTo(new Replay(7, 0, 0));
    }
  }

  @Test
  void a_letter_whose_cause_is_gone_is_stored_when_it_is_replayed() {
    String prefix = "t" + UUID.randomUUID();
    try (Rig rig = new Rig(Broker.address(), prefix, data.resolve("store"))) {
      rig.intakes = intake -> () -> new RefusingBatch(intake.begin());
      rig.start();
      Rig.await("reading", () -> rig.state(Feed.EVENTS) instanceof FeedState.Reading);
      rig.send(Feed.EVENTS, "ann", Rig.event("e1", "ann", "dune"));
      rig.awaitAll(Feed.EVENTS);
      assertThat(rig.storedIds()).isEmpty();
      rig.intakes = intake -> intake;
      rig.restart();
      assertThat(new DeadLetterBox(rig.clients(prefix), prefix).replay(Feed.EVENTS, 100))
          .isEqualTo(new Replay(1, 0, 0));
      rig.awaitAll(Feed.EVENTS);
      assertThat(rig.storedIds()).isEqualTo(Map.of("e1", 1));
    }
  }

  @Test
  void letters_of_a_user_are_deleted_as_soon_as_they_were_replayed() {
    String prefix = "t" + UUID.randomUUID();
    try (Rig rig = new Rig(Broker.address(), prefix, data.resolve("store"))) {
      rig.start();
      Rig.await("reading", () -> rig.state(Feed.EVENTS) instanceof FeedState.Reading);
      rig.send(Feed.EVENTS, "ann", "{\"event_id\":\"e1\"}");
      rig.send(Feed.EVENTS, "bob", "{\"user_id\":\"ann\"}");
      rig.send(Feed.EVENTS, "bob", "{\"user_id\":\"anna\"}");
      rig.awaitAll(Feed.EVENTS);
      DeadLetterBox box = new DeadLetterBox(rig.clients(prefix), prefix);
      DeadLetterTraces traces = new DeadLetterTraces(box, prefix);
      assertThat(traces.remove("ann", () -> false))
          .filteredOn(trace -> trace.place().startsWith("dead letters"))
          .singleElement()
          .satisfies(trace -> {
            assertThat(trace.removed()).isZero();
            assertThat(trace.kept()).isEqualTo(2);
            assertThat(trace.note()).contains("retention", "replay");
          });
      assertThat(box.page(Feed.EVENTS, null, 10).items()).as("nobody replayed them").hasSize(3);

      rig.intakes = intake -> () -> new ForgivingBatch(intake.begin());
      rig.restart();
      assertThat(box.replay(Feed.EVENTS, 10).replayed()).isEqualTo(3);
      rig.awaitAll(Feed.EVENTS);
      assertThat(traces.remove("ann", () -> false))
          .filteredOn(trace -> trace.place().startsWith("dead letters"))
          .singleElement()
          .satisfies(trace -> {
            assertThat(trace.removed()).isEqualTo(2);
            assertThat(trace.kept()).isZero();
          });
      assertThat(box.page(Feed.EVENTS, null, 10).items())
          .extracting(DeadLetter::value)
          .doesNotContain("{\"event_id\":\"e1\"}", "{\"user_id\":\"ann\"}");
      assertThat(traces.remove("nobody", () -> false))
          .noneMatch(trace -> trace.place().startsWith("dead letters"));
    }
  }

  /** Takes every record and stores none. */
  private record ForgivingBatch(Intake.Batch batch) implements Intake.Batch {
    @Override
    public void add(ConsumerRecord<byte[], byte[]> record) {
      // as if its cause were gone
    }

    @Override
    public Intake.Stored submit(String source, long from, long next) {
      return batch.submit(source, from, next);
    }
  }

  /** Meets a defect at every record. */
  private record RefusingBatch(Intake.Batch batch) implements Intake.Batch {
    @Override
    public void add(ConsumerRecord<byte[], byte[]> record) {
      throw new IllegalStateException("a defect, on purpose");
    }

    @Override
    public Intake.Stored submit(String source, long from, long next) {
      return batch.submit(source, from, next);
    }
  }
}
