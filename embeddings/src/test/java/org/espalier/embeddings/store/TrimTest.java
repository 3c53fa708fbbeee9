package org.espalier.embeddings.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.espalier.embeddings.store.StoreTesting.OPTIONS;
import static org.espalier.embeddings.store.StoreTesting.UNSYNCED;
import static org.espalier.embeddings.store.StoreTesting.event;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The log's old end; {@link StoreModelTest} compares what trimming leaves with plain maps. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class TrimTest {

  private static final long ALL = Long.MAX_VALUE;
  private static final long NONE = Long.MIN_VALUE;

  @TempDir Path directory;

  @Test
  void by_time_events_go_in_the_order_of_arrival_up_to_the_first_young_one() {
    try (Store store = Store.open(directory, UNSYNCED)) {
      store.append(
          List.of(
              event("a", "u1", "i1", 10),
              event("b", "u1", "i2", 20),
              event("c", "u1", "i3", 90),
              event("late", "u1", "i4", 15)));

      assertThat(store.trim(50, ALL, () -> true)).isEqualTo(2);
      assertThat(StoreTesting.history(store, "u1", 9))
          .containsExactly("i3 1.0 @90", "i4 1.0 @15"); // what came late stays behind what is young
      assertThat(store.append(List.of(event("c", "u1", "i3", 90))).duplicates()).isEqualTo(1);
      assertThat(store.append(List.of(event("a", "u1", "i1", 10))).accepted()).isEqualTo(1);
      assertThat(store.lastSequence()).as("no sequence is given twice").isEqualTo(5);
      assertThat(store.verify().problems()).isEmpty();
    }
  }

  @Test
  void more_than_a_batch_goes_and_the_rest_stays() {
    try (Store store = Store.open(directory, UNSYNCED)) {
      List<Event> events = new ArrayList<>();
      for (int i = 0; i < 25_000; i++) {
        events.add(event("e" + i, "u" + i % 50, "i" + i % 7, i));
      }
      store.append(events);

      assertThat(store.trim(NONE, 1_000, () -> true)).isEqualTo(24_000);
      assertThat(store.events().firstSequence()).hasValue(24_001);
      assertThat(store.verify().problems()).isEmpty();
      AtomicInteger batches = new AtomicInteger();
      assertThat(store.trim(NONE, 0, () -> batches.getAndIncrement() < 1)).isEqualTo(1_000);
      assertThat(store.trim(NONE, 0, () -> true)).isZero();
      assertThat(StoreTesting.edges(store)).isEmpty();
      assertThat(store.events().firstSequence()).isEmpty();
    }
  }

  @Test
  void a_log_that_is_held_is_left_alone_until_the_last_reader_has_gone() {
    try (Store store = Store.open(directory, UNSYNCED)) {
      store.append(List.of(event("a", "u1", "i1", 10), event("b", "u1", "i2", 20)));
      EventLog.Hold one = store.events().hold();
      EventLog.Hold other = store.events().hold();
      assertThat(store.trim(ALL, 0, () -> true)).isZero();
      one.close();
      one.close(); // counts once
      assertThat(store.trim(ALL, 0, () -> true)).isZero();
      other.close();
      assertThat(store.trim(ALL, 0, () -> true)).isEqualTo(2);
    }
  }

  @Test
  void a_process_that_is_killed_while_it_trims_leaves_a_sound_store(@TempDir Path scratch)
      throws Exception {
    List<String> lines = KilledProcess.run(TrimTest.class, scratch, 12, directory, 0);
    assertThat(lines).hasSizeGreaterThanOrEqualTo(12);
    try (Store store = Store.open(directory, OPTIONS)) {
      assertThat(store.verify().problems()).isEmpty();
      assertThat(store.events().firstSequence().orElse(Long.MAX_VALUE)).isGreaterThan(1);
    }
  }

  /** The process to be killed: appends and trims for ever. */
  public static void main(String[] arguments) {
    Store store = Store.open(Path.of(arguments[0]), OPTIONS);
    PrintStream out = System.out;
    for (int round = 0; ; round++) {
      List<Event> events = new ArrayList<>();
      for (int i = 0; i < 2_000; i++) {
        events.add(event("e" + round + "-" + i, "u" + i % 90, "i" + i % 70, i));
      }
      store.append(events);
      long trimmed = store.trim(NONE, 1_500, () -> true);
      out.print("round " + round + " trimmed " + trimmed + ".\n");
      out.flush();
    }
  }
}
