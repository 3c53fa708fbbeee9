package org.espalier.embeddings.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.espalier.embeddings.store.GenerationTesting.contents;
import static org.espalier.embeddings.store.GenerationTesting.draft;
import static org.espalier.embeddings.store.GenerationTesting.table;
import static org.espalier.embeddings.store.StoreTesting.OPTIONS;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.espalier.embeddings.table.MultiSizeTable;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Kills a process that makes generations. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class GenerationsKillTest {

  /** Number, begin a table file, end it, take it over, manifest, pointer. */
  private static final int STEPS = 6;

  private static final int NO_STOP = Integer.MAX_VALUE;

  @Test
  void a_sigkill_before_any_step_leaves_the_old_generation_active(
      @TempDir Path directory, @TempDir Path scratch) throws Exception {
    int lives = 0;
    for (int goodSteps = 2; goodSteps <= STEPS; goodSteps++) {
      lives++;
      List<String> lines =
          KilledProcess.run(GenerationsKillTest.class, scratch, 1, directory, goodSteps);
      assertThat(lines).as("after %d steps", goodSteps).containsExactly("stopped");
      OptionalInt active = requireConsistent(directory);
      if (goodSteps < STEPS) {
        assertThat(active).isEmpty();
      } else {
        assertThat(active).hasValue(lives); // every life took a number
      }
    }
  }

  @ParameterizedTest(name = "seed={0}")
  @ValueSource(longs = 1)
  void whenever_a_sigkill_comes_the_active_generation_is_whole_and_was_the_last_or_the_next(
      long seed, @TempDir Path directory, @TempDir Path scratch) throws Exception {
    int linesBeforeKill = 1 + new Random(seed).nextInt(20);
    List<String> activated =
        KilledProcess.run(GenerationsKillTest.class, scratch, linesBeforeKill, directory, NO_STOP);
    int last = Integer.parseInt(activated.getLast());
    assertThat(requireConsistent(directory).orElseThrow()).isBetween(last, last + 1);
  }

  /** Every generation is whole, garbage can be collected, and new numbers are new. */
  private static OptionalInt requireConsistent(Path directory) {
    try (Store store = Store.open(directory, OPTIONS)) {
      Generations generations = store.generations();
      generations.collectGarbage();
      int last = 0;
      for (Manifest manifest : generations.list()) {
        last = manifest.number();
        assertThat(contents(generations, last, "item")).isEqualTo(contents(item(last)));
      }
      OptionalInt active = generations.active();
      active.ifPresent(generations::manifest);
      assertThat(generations.collectGarbage()).isEqualTo(new Generations.Garbage(List.of(), 0));
      assertThat(directory.resolve("staging").toFile().list()).isNullOrEmpty();
      assertThat(store.verify().problems()).isEmpty();
      return active;
    }
  }

  private static MultiSizeTable item(int number) {
    return table("item", "entity", 2000, new Random(number));
  }

  /** The process to be killed: makes generations, prints the active one after each activation. */
  public static void main(String[] arguments) {
    int goodSteps = Integer.parseInt(arguments[1]);
    FaultyDisk disk = new FaultyDisk();
    Generations generations = Store.open(Path.of(arguments[0]), OPTIONS, disk).generations();
    disk.afterSteps(goodSteps, GenerationsKillTest::stop);
    while (true) {
      OptionalInt active = generations.active();
      int number;
      try (GenerationWriter writer = generations.begin()) {
        number = writer.table(item(writer.number())).commit(draft("mf", writer.number()));
      }
      generations.activate(number, active);
      if (goodSteps == NO_STOP) {
        print(Integer.toString(number));
      }
    }
  }

  private static void stop() {
    print("stopped");
    while (true) {
      LockSupport.park();
    }
  }

  private static void print(String line) {
    System.out.println(line + ".");
    System.out.flush();
  }
}
