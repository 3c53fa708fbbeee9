package org.espalier.embeddings.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.espalier.embeddings.store.GenerationTesting.contents;
import static org.espalier.embeddings.store.GenerationTesting.draft;
import static org.espalier.embeddings.store.GenerationTesting.table;
import static org.espalier.embeddings.store.StoreTesting.OPTIONS;
import static org.espalier.embeddings.store.StoreTesting.event;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.IntStream;
import org.espalier.embeddings.table.MultiSizeTable;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Kills a process that takes backups. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class BackupsKillTest {

  private static final int EVENTS_A_ROUND = 50;
  private static final String BEGINS = "backup ";

  @ParameterizedTest(name = "killed in backup {0}")
  @ValueSource(ints = {1, 3})
  void a_sigkill_during_a_backup_harms_neither_the_store_nor_the_backups_before(
      int killedIn, @TempDir Path directory, @TempDir Path folder, @TempDir Path scratch)
      throws Exception {
    List<String> begun =
        KilledProcess.run(BackupsKillTest.class, scratch, killedIn, directory, folder);
    int lastBegun = Integer.parseInt(begun.getLast().substring(BEGINS.length()));

    try (Store store = Store.open(directory, OPTIONS)) {
      assertThat(store.generations().active()).hasValue(1);
      assertThat(contents(store.generations(), 1, "item")).isEqualTo(contents(items()));
      assertThat(store.lastSequence()).isGreaterThanOrEqualTo((long) EVENTS_A_ROUND * lastBegun);
      assertThat(store.verify().problems()).isEmpty();

      Backups backups = Backups.in(folder);
      assertThat(backups.list().size()).isBetween(lastBegun - 1, lastBegun);
      for (Backup backup : backups.list()) {
        Path target = scratch.resolve("restored " + backup.number());
        backups.restore(OptionalInt.of(backup.number()), target, OPTIONS);
        try (Store restored = Store.open(target, OPTIONS)) {
          assertThat(restored.generations().active()).hasValue(1);
          assertThat(restored.lastSequence())
              .isGreaterThanOrEqualTo((long) EVENTS_A_ROUND * backup.number());
          assertThat(restored.verify().problems()).isEmpty();
        }
      }
      Backup next = store.backup(backups); // what the kill left is in nobody's way
      backups.keepNewest(1);
      assertThat(backups.list()).containsExactly(next);
      Path target = scratch.resolve("restored next");
      backups.restore(OptionalInt.empty(), target, OPTIONS);
      try (Store restored = Store.open(target, OPTIONS)) {
        assertThat(restored.lastSequence()).isEqualTo(store.lastSequence());
        assertThat(restored.verify().problems()).isEmpty();
      }
    }
  }

  private static MultiSizeTable items() {
    return table("item", "entity", 20_000, new Random(1));
  }

  /** The process to be killed: says when a backup begins, so that the kill comes while it is made. */
  public static void main(String[] arguments) {
    Store store = Store.open(Path.of(arguments[0]), OPTIONS);
    Backups backups = Backups.in(Path.of(arguments[1]));
    try (GenerationWriter writer = store.generations().begin()) {
      writer.table(items()).commit(draft("mf", 1));
    }
    store.generations().activate(1, OptionalInt.empty());
    for (int round = 1; ; round++) {
      String prefix = "e" + round + "-";
      store.append(
          IntStream.range(0, EVENTS_A_ROUND)
              .mapToObj(i -> event(prefix + i, "ann", "i" + i, i))
              .toList());
      System.out.println(BEGINS + round + ".");
      System.out.flush();
      store.backup(backups);
    }
  }
}
