package org.espalier.embeddings.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.espalier.embeddings.store.StoreTesting.OPTIONS;
import static org.espalier.embeddings.store.StoreTesting.event;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Kills a process that appends, and counts what is left. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class StoreKillTest {

  private static final int WRITERS = 8;

  @ParameterizedTest(name = "seed={0}")
  @ValueSource(longs = 1)
  void every_event_that_was_acknowledged_before_a_sigkill_is_there_exactly_once(
      long seed, @TempDir Path directory, @TempDir Path scratch) throws Exception {
    Random random = new Random(seed);
    List<String> acknowledged = new ArrayList<>();
    for (int life = 0; life < 2; life++) {
      int linesBeforeKill = 50 + random.nextInt(1500);
      acknowledged.addAll(
          KilledProcess.run(StoreKillTest.class, scratch, linesBeforeKill, directory, life));
    }
    try (Store store = Store.open(directory, OPTIONS)) {
      Map<String, Integer> times = new HashMap<>();
      long[] events = {0};
      store
          .events()
          .read(
              0,
              Long.MAX_VALUE,
              (sequence, user, item, type, value, timeMs) -> {
                events[0]++;
                String id = store.events().find(sequence).orElseThrow().eventId().orElseThrow();
                times.merge(id, 1, Integer::sum);
                // the parts of a batch came together
                assertThat(store.offsets().sequenceOf(id)).hasValue(sequence);
                assertThat(store.dictionary().token(Field.USER, user)).isNotEmpty();
                assertThat(store.edges().weight(Edges.INTERACTS, user, item)).isPresent();
              });
      assertThat(acknowledged)
          .isNotEmpty()
          .allSatisfy(id -> assertThat(times).containsEntry(id, 1));
      assertThat(times.values()).containsOnly(1);
      assertThat(store.lastSequence()).isEqualTo(events[0]);
      assertThat(store.verify().problems()).isEmpty();
      assertThat(store.append(List.of(event(acknowledged.getFirst(), "u", "i", 1))).duplicates())
          .isEqualTo(1);
    }
  }

  /** The process to be killed: prints the ids of acknowledged events, one a line, for ever. */
  public static void main(String[] arguments) {
    Store store = Store.open(Path.of(arguments[0]), OPTIONS);
    PrintStream out = System.out;
    for (int w = 0; w < WRITERS; w++) {
      String prefix = arguments[1] + "-" + w + "-";
      Thread.ofPlatform()
          .start(() -> {
            for (int i = 0; ; i++) {
              store.append(
                  List.of(
                      event(prefix + i, "u" + i % 100, "i" + i % 70, i),
                      event(prefix + i + "b", "u" + i % 90, "j" + i, i)));
              out.print(prefix + i + ".\n" + prefix + i + "b.\n");
              out.flush();
            }
          });
    }
  }
}
