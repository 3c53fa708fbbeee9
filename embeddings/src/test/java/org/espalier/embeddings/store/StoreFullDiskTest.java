package org.espalier.embeddings.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.espalier.embeddings.store.GenerationTesting.draft;
import static org.espalier.embeddings.store.StoreTesting.OPTIONS;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.espalier.embeddings.store.StoreException.Kind;
import org.espalier.embeddings.table.MultiSizeTable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A file system that is really full; needs the permission to mount a small one. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(120)
class StoreFullDiskTest {

  private static final int BATCH = 20;
  private static final int CONTEXT_BYTES = 2000;

  @TempDir private Path disk;
  private final Random random = new Random(5);
  private boolean mounted;
  private Path ballast;
  private Path directory;

  @BeforeEach
  void mount() throws IOException, InterruptedException {
    mounted = run("mount", "-t", "tmpfs", "-o", "size=24m", "espalier-test", disk.toString());
    assumeThat(mounted).as("a tmpfs can be mounted").isTrue();
    directory = disk.resolve("store");
    ballast = disk.resolve("ballast");
    Files.write(ballast, new byte[10 << 20]);
  }

  @AfterEach
  void unmount() throws IOException, InterruptedException {
    if (mounted) {
      assertThat(run("umount", disk.toString())).as("nothing of the store is open").isTrue();
    }
  }

  @Test
  void writes_are_refused_whole_while_it_is_full_and_go_on_without_a_restart_once_it_is_not()
      throws IOException {
    List<String> accepted = new ArrayList<>();
    try (Store store = Store.open(directory, OPTIONS)) {
      int batch = 0;
      while (append(store, batch, accepted)) {
        batch++;
      }
      for (int i = 0; i < 5; i++) {
        assertThat(append(store, ++batch, accepted)).isFalse();
      }
      requireExactly(store, accepted);

      Files.delete(ballast);
      while (!append(store, ++batch, accepted)) { // RocksDB looks for space every few seconds
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
      }
      requireExactly(store, accepted);
    }
    try (Store store = Store.open(directory, OPTIONS)) {
      requireExactly(store, accepted);
    }
  }

  @Test
  void a_generation_that_does_not_fit_is_refused_and_fits_once_there_is_room() throws IOException {
    MultiSizeTable small = table(100);
    MultiSizeTable large = table(100_000);
    try (Store store = Store.open(directory, OPTIONS)) {
      Generations generations = store.generations();
      try (GenerationWriter writer = generations.begin()) {
        writer.table(small).commit(draft("mf", 1));
      }
      GenerationWriter writer = generations.begin();
      assertThatThrownBy(
              () -> {
                try (writer) {
                  writer.table(large).commit(draft("mf", 2));
                }
              })
          .isInstanceOfSatisfying(
              StoreException.class, e -> assertThat(e.kind()).isEqualTo(Kind.DISK_FULL));
      assertThat(directory.resolve("staging")).isEmptyDirectory();
      assertThat(generations.list()).extracting(Manifest::number).containsExactly(1);

      Files.delete(ballast);
      try (GenerationWriter next = generations.begin()) {
        assertThat(next.table(large).commit(draft("mf", 2))).isEqualTo(3);
      }
      assertThat(store.verify().problems()).isEmpty();
    }
  }

  /** Returns whether there was room. */
  private boolean append(Store store, int batch, List<String> accepted) {
    List<Event> events =
        IntStream.range(0, BATCH)
            .mapToObj(i -> {
              byte[] noise = new byte[CONTEXT_BYTES / 2];
              random.nextBytes(noise);
              String context = "\"" + HexFormat.of().formatHex(noise) + "\"";
              return new Event(batch + "-" + i, "click", "ann", "i" + i, 1, batch, null, context);
            })
            .toList();
    try {
      store.append(events);
      events.forEach(event -> accepted.add(String.valueOf(event.eventId())));
      return true;
    } catch (StoreException e) {
      assertThat(e.kind()).as(e.toString()).isEqualTo(Kind.DISK_FULL);
      return false;
    }
  }

  private static void requireExactly(Store store, List<String> accepted) {
    List<String> stored = new ArrayList<>();
    store
        .events()
        .read(
            0,
            Long.MAX_VALUE,
            (sequence, user, item, type, value, timeMs) ->
                stored.add(store.events().find(sequence).orElseThrow().eventId().orElseThrow()));
    assertThat(stored).isEqualTo(accepted);
    assertThat(store.lastSequence()).isEqualTo(accepted.size());
    assertThat(store.verify().problems()).isEmpty();
  }

  private static MultiSizeTable table(int rows) {
    return MultiSizeTable.uniform(
        "item", "entity", 32, IntStream.range(0, rows).toArray(), new float[rows * 32]);
  }

  private static boolean run(String... command) throws IOException, InterruptedException {
    return new ProcessBuilder(command).start().waitFor() == 0;
  }
}
