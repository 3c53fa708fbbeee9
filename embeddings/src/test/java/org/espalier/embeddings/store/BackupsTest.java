package org.espalier.embeddings.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.espalier.embeddings.store.GenerationTesting.contents;
import static org.espalier.embeddings.store.GenerationTesting.draft;
import static org.espalier.embeddings.store.GenerationTesting.table;
import static org.espalier.embeddings.store.StoreTesting.UNSYNCED;
import static org.espalier.embeddings.store.StoreTesting.event;
import static org.espalier.embeddings.store.StoreTesting.history;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.espalier.embeddings.store.StoreException.Kind;
import org.espalier.embeddings.table.MultiSizeTable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(ReplaceUnderscores.class)
class BackupsTest {

  private static final OptionalInt NEWEST = OptionalInt.empty();

  private final MultiSizeTable items = table("item", "entity", 2000, new Random(3));
  @TempDir private Path parent;
  private Path target;
  private Backups backups;
  private int liveBefore;
  private Store store;

  @BeforeEach
  void fill() {
    liveBefore = StoreLeaks.live();
    target = parent.resolve("restored");
    backups = Backups.in(parent.resolve("backups"));
    store = Store.open(parent.resolve("store"), UNSYNCED);
    store.append(IntStream.range(0, 100).mapToObj(i -> event("e" + i, "ann", "i" + i, i)).toList());
    try (GenerationWriter writer = store.generations().begin()) {
      writer.table(items).commit(draft("mf", 1));
    }
    store.generations().activate(1, OptionalInt.empty());
  }

  @AfterEach
  void close() {
    store.close();
    assertThat(StoreLeaks.live()).isEqualTo(liveBefore);
  }

  private static void assertRefused(Kind kind, ThrowingCallable call, String part) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            StoreException.class, e -> assertThat(e.kind()).as(e.toString()).isEqualTo(kind))
        .hasMessageContaining(part)
        .hasMessageNotContaining("\n");
  }

  @Test
  void a_restored_store_is_what_the_backup_saw() {
    assertThat(backups.list()).isEmpty();
    Backup first = store.backup(backups);
    store.append(List.of(event("later", "bob", "i1", 1)));
    Backup second = store.backup(backups);
    assertThat(backups.list()).containsExactly(first, second);
    store.close();

    assertThat(backups.restore(OptionalInt.of(1), target, UNSYNCED)).isEqualTo(first);
    try (Store restored = Store.open(target, UNSYNCED)) {
      assertThat(history(restored, "ann", 1000)).hasSize(100);
      assertThat(restored.offsets().sequenceOf("later")).isEmpty();
      assertThat(restored.generations().active()).hasValue(1);
      assertThat(contents(restored.generations(), 1, "item")).isEqualTo(contents(items));
      assertThat(restored.verify().problems()).isEmpty();
    }
    Path other = parent.resolve("other");
    assertThat(backups.restore(NEWEST, other, UNSYNCED)).isEqualTo(second);
    try (Store restored = Store.open(other, UNSYNCED)) {
      assertThat(restored.offsets().sequenceOf("later")).hasValue(101);
      assertThat(restored.verify().problems()).isEmpty();
    }
  }

  @Test
  void a_later_backup_does_not_copy_the_rows_again() throws IOException {
    store.backup(backups);
    long onceBytes = bytes("shared_checksum");
    assertThat(onceBytes).isGreaterThan(items.shape().payloadBytes());
    store.append(List.of(event(null, "bob", "i1", 1)));
    store.backup(backups);
    assertThat(bytes("shared_checksum")).isLessThan(onceBytes + items.shape().payloadBytes());
  }

  @Test
  void a_backup_under_writes_is_of_one_moment() throws Exception {
    AtomicBoolean stop = new AtomicBoolean();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Integer> writing =
          threads.submit(() -> {
            int i = 0;
            while (!stop.get()) {
              store.append(List.of(event("w" + i, "u" + i % 9, "i" + i % 50, i)));
              i++;
            }
            return i;
          });
      while (store.lastSequence() < 200) {
        Thread.onSpinWait();
      }
      store.backup(backups);
      long atLeast = store.lastSequence();
      store.backup(backups);
      stop.set(true);
      assertThat(writing.get()).isPositive();
      backups.restore(NEWEST, target, UNSYNCED);
      try (Store restored = Store.open(target, UNSYNCED)) {
        assertThat(restored.lastSequence()).isBetween(atLeast, store.lastSequence());
        assertThat(restored.verify().problems()).isEmpty();
      }
    }
  }

  @Test
  void the_root_of_a_mounted_disk_takes_backups() throws IOException {
    Files.createDirectories(parent.resolve("disk/lost+found"));
    Backups there = Backups.in(parent.resolve("disk"));
    assertThat(there.list()).isEmpty();
    assertThat(store.backup(there).number()).isEqualTo(1);
  }

  @Test
  void a_first_backup_that_is_cut_off_leaves_a_folder_that_takes_the_next() throws IOException {
    Path folder = parent.resolve("backups");
    Path inTheWay = folder.resolve("private");
    Files.createDirectories(folder);
    Files.createFile(inTheWay); // where the engine makes its second folder
    assertThatThrownBy(() -> store.backup(backups)).isInstanceOf(StoreException.class);
    Files.delete(inTheWay);
    assertThat(Files.exists(folder.resolve("shared_checksum"))).as("the engine had begun").isTrue();

    Backups again = Backups.in(folder);
    assertThat(again.list()).isEmpty();
    Backup made = store.backup(again);
    assertThat(again.list()).containsExactly(made);
  }

  @Test
  void only_the_newest_backups_are_kept_when_asked() {
    for (int i = 0; i < 3; i++) {
      store.append(List.of(event(null, "bob", "i1", i)));
      store.backup(backups);
    }
    backups.keepNewest(1);
    assertThat(backups.list()).extracting(Backup::number).containsExactly(3);
    assertRefused(
        Kind.NOT_A_STORE,
        () -> backups.restore(OptionalInt.of(1), target, UNSYNCED),
        "there is no backup 1 in");
    assertThat(target).doesNotExist();
    backups.restore(NEWEST, target, UNSYNCED);
    assertThat(store.backup(backups).number()).isEqualTo(4);
  }

  @Test
  void folders_that_hold_something_else_are_left_alone() throws IOException {
    store.backup(backups);
    Files.createDirectories(target);
    Files.writeString(target.resolve("thesis.txt"), "chapter 1");
    assertRefused(
        Kind.NOT_A_STORE, () -> backups.restore(NEWEST, target, UNSYNCED), "holds other files");
    assertRefused(Kind.NOT_A_STORE, () -> store.checkpoint(target), "holds other files");
    assertRefused(Kind.NOT_A_STORE, () -> Backups.in(target), "holds other files");
    assertThat(target).isDirectoryContaining("glob:**thesis.txt");
    assertRefused(
        Kind.NOT_A_STORE,
        () -> Backups.in(parent.resolve("none")).restore(NEWEST, parent.resolve("t"), UNSYNCED),
        "there is no backup in");
  }

  @Test
  void a_backup_of_a_newer_format_is_refused() throws IOException {
    store.backup(backups);
    Path meta = parent.resolve("backups/meta/1");
    String hex =
        HexFormat.of()
            .formatHex("espalier-store 1\n".getBytes(StandardCharsets.UTF_8))
            .toUpperCase(Locale.ROOT);
    String text = Files.readString(meta);
    assertThat(text).contains(hex);
    Files.writeString(meta, text.replace(hex, hex.replace("310A", "320A")));
    assertRefused(
        Kind.NEWER_FORMAT, () -> backups.restore(NEWEST, target, UNSYNCED), "has format 2");
    assertThat(target).doesNotExist();
  }

  @Test
  void a_damaged_backup_makes_no_store() throws IOException {
    store.backup(backups);
    try (Stream<Path> files = Files.list(parent.resolve("backups/shared_checksum"))) {
      for (Path file : files.toList()) {
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
      }
    }
    assertRefused(Kind.DAMAGED, () -> backups.restore(NEWEST, target, UNSYNCED), "damaged");
    assertRefused(Kind.NOT_A_STORE, () -> Store.open(target, UNSYNCED).close(), "FORMAT");
  }

  @Test
  void a_checkpoint_is_a_store_of_its_own() {
    store.checkpoint(target);
    store.append(List.of(event("later", "ann", "i1", 1)));
    try (Store copy = Store.open(target, UNSYNCED)) {
      assertThat(copy.offsets().sequenceOf("later")).isEmpty();
      copy.append(List.of(event("mine", "cat", "i1", 1)));
      assertThat(contents(copy.generations(), 1, "item")).isEqualTo(contents(items));
      assertThat(copy.verify().problems()).isEmpty();
    }
    assertThat(store.offsets().sequenceOf("mine")).isEmpty();
    assertThat(store.verify().problems()).isEmpty();
  }

  @Test
  void statistics_say_what_is_on_the_disk_and_how_it_is_read() {
    store.close();
    store = Store.open(parent.resolve("store"), UNSYNCED);
    assertThat(history(store, "ann", 1000)).hasSize(100);
    assertThat(history(store, "ann", 1000)).hasSize(100);
    StoreStatistics statistics = store.statistics();
    assertThat(statistics.tableBytesByFamily()).hasSize(Family.values().length);
    assertThat(statistics.tableBytesByFamily().get("rows"))
        .isGreaterThan(items.shape().payloadBytes());
    assertThat(statistics.blockCacheMisses()).isPositive();
    assertThat(statistics.blockCacheHits()).isPositive();
    assertThat(statistics.blockCacheBytes()).isPositive();
    assertThat(statistics.stallMicros()).isZero();
    List<String> names = new ArrayList<>(statistics.tableBytesByFamily().keySet());
    assertThat(names).contains("events", "histories", "manifests");
  }

  private long bytes(String folder) throws IOException {
    try (Stream<Path> files = Files.list(parent.resolve("backups").resolve(folder))) {
      return files.mapToLong(file -> file.toFile().length()).sum();
    }
  }
}
