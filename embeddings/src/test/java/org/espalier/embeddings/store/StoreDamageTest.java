package org.espalier.embeddings.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.espalier.embeddings.store.StoreTesting.OPTIONS;
import static org.espalier.embeddings.store.StoreTesting.copyAsAfterKill;
import static org.espalier.embeddings.store.StoreTesting.event;
import static org.espalier.embeddings.store.StoreTesting.history;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.espalier.embeddings.store.StoreException.Kind;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Directories that must not open, and bytes that must not be believed. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class StoreDamageTest {

  @TempDir private Path parent;
  private Path directory;
  private int liveBefore;

  @BeforeEach
  void remember() {
    directory = parent.resolve("store");
    liveBefore = StoreLeaks.live();
  }

  @AfterEach
  void nothing_native_is_left() {
    assertThat(StoreLeaks.live()).isEqualTo(liveBefore);
  }

  private void assertRefused(Kind kind, String... parts) {
    assertThatThrownBy(() -> Store.open(directory, OPTIONS).close())
        .isInstanceOfSatisfying(
            StoreException.class,
            e -> {
              assertThat(e.kind()).as(e.getMessage()).isEqualTo(kind);
              assertThat(e.getMessage()).contains(directory.toString()).doesNotContain("\n");
              for (String part : parts) {
                assertThat(e.getMessage()).contains(part);
              }
            });
  }

  @Test
  void a_second_opener_is_told_that_the_store_is_in_use() {
    try (Store store = Store.open(directory, OPTIONS)) {
      assertRefused(Kind.LOCKED, "in use by another Espalier");
      store.append(List.of(event(null, "ann", "dune", 1)));
    }
  }

  @Test
  void a_newer_format_is_refused_untouched() throws IOException {
    Store.open(directory, OPTIONS).close();
    Files.writeString(directory.resolve("FORMAT"), "espalier-store 2\n");
    assertRefused(Kind.NEWER_FORMAT, "format 2", "newer Espalier");
  }

  @Test
  void a_format_file_that_says_something_else_is_damage() throws IOException {
    Store.open(directory, OPTIONS).close();
    Files.writeString(directory.resolve("FORMAT"), "espalier-st\u0000re 1\n");
    assertRefused(Kind.DAMAGED, "FORMAT");
  }

  @Test
  void other_peoples_files_are_no_store() throws IOException {
    Files.createDirectories(directory);
    Files.writeString(directory.resolve("thesis.txt"), "chapter 1");
    assertRefused(Kind.NOT_A_STORE, "holds other files");
    assertThat(directory).isDirectoryNotContaining("glob:**FORMAT");
  }

  @Test
  void a_file_is_no_store() throws IOException {
    Files.writeString(directory, "I am a file");
    assertRefused(Kind.NOT_A_STORE, "is a file");
  }

  @Test
  void a_directory_without_permission_is_named() throws IOException {
    assumeThat(System.getProperty("user.name")).as("root may do everything").isNotEqualTo("root");
    Files.createDirectories(directory);
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("r-xr-xr-x"));
    assertRefused(Kind.NO_PERMISSION, "permission denied");
  }

  @Test
  void a_first_open_that_a_crash_ended_is_begun_again() throws IOException {
    Store.open(directory, OPTIONS).close();
    Files.move(directory.resolve("FORMAT"), directory.resolve("FORMAT.tmp"));
    Files.delete(directory.resolve("db/CURRENT"));
    Files.delete(files(".log").getFirst());
    Store.open(directory, OPTIONS).close();
    assertThat(directory.resolve("FORMAT")).hasContent("espalier-store 1");
    assertThat(directory.resolve("FORMAT.tmp")).doesNotExist();
  }

  @Test
  void a_missing_or_overwritten_database_file_is_damage_and_never_a_new_store() throws IOException {
    fill(directory);
    Path current = directory.resolve("db/CURRENT");
    byte[] name = Files.readAllBytes(current);
    Files.delete(current);
    assertRefused(Kind.DAMAGED);
    Files.writeString(current, "MANIFEST-999999\n");
    assertRefused(Kind.DAMAGED);
    Files.write(current, name);
    Path manifest = files("MANIFEST-").getFirst();
    flip(manifest, Files.size(manifest) / 2);
    assertRefused(Kind.DAMAGED, "damaged", "backup");
  }

  @Test
  void a_torn_last_record_of_the_log_is_dropped() throws IOException {
    Path log = unflushed();
    byte[] bytes = Files.readAllBytes(log);
    Files.write(log, Arrays.copyOf(bytes, bytes.length - 10));
    try (Store store = Store.open(directory, OPTIONS)) {
      assertThat(history(store, "ann", 100)).hasSize(19);
      assertThat(store.lastSequence()).isEqualTo(19);
    }
  }

  @Test
  void damage_in_the_middle_of_the_log_is_refused_instead_of_dropping_the_rest()
      throws IOException {
    Path log = unflushed();
    flip(log, Files.size(log) / 2);
    assertRefused(Kind.DAMAGED);
  }

  @Test
  void a_log_that_vanished_is_damage() throws IOException {
    Path log = unflushed();
    Files.delete(log);
    assertRefused(Kind.DAMAGED);
  }

  @Test
  void flipped_bytes_in_table_files_are_never_believed() throws IOException {
    fill(directory);
    List<Path> tables = files(".sst");
    assertThat(tables).isNotEmpty();
    for (Path table : tables) {
      byte[] good = Files.readAllBytes(table);
      flip(table, 0); // in the first block of rows
      assertThatThrownBy(this::readEverything)
          .as("%s", table.getFileName())
          .isInstanceOfSatisfying(
              StoreException.class, e -> assertThat(e.kind()).isEqualTo(Kind.DAMAGED));
      Files.write(table, good);
      for (int at = good.length - 1; at > 0; at -= good.length / 7) {
        flip(table, at);
        try {
          readEverything(); // a byte that nobody needs, of a filter for example
        } catch (StoreException e) {
          assertThat(e.kind()).as("%s: %s", table.getFileName(), e).isEqualTo(Kind.DAMAGED);
        }
        Files.write(table, good);
      }
    }
    readEverything();
  }

  private void readEverything() {
    try (Store store = Store.open(directory, OPTIONS)) {
      List<Object> seen = new ArrayList<>();
      store.events().read(0, Long.MAX_VALUE, (sequence, u, i, t, v, time) -> seen.add(sequence));
      for (int i = 1; i <= 100; i++) {
        assertThat(store.offsets().sequenceOf("e" + i)).hasValue(i);
        assertThat(store.catalogue().find(Catalogue.Kind.ITEM, i - 1)).isPresent();
      }
      assertThat(history(store, "ann", 1000)).hasSize(100);
      assertThat(StoreTesting.edges(store)).hasSize(100);
      assertThat(seen).hasSize(100);
    }
  }

  private static void fill(Path directory) {
    try (Store store = Store.open(directory, OPTIONS)) {
      store.append(
          IntStream.rangeClosed(1, 100).mapToObj(i -> event("e" + i, "ann", "i" + i, i)).toList());
      store.putItems(
          IntStream.rangeClosed(1, 100)
              .mapToObj(i -> new CatalogueUpdate("i" + i, "{}", List.of("c"), false, 0, -1))
              .toList());
      store.flush();
    }
  }

  /** A store that was killed with 20 events in the write-ahead log only; returns that log. */
  private Path unflushed() throws IOException {
    Path original = parent.resolve("original");
    try (Store store = Store.open(original, OPTIONS)) {
      for (int i = 1; i <= 20; i++) {
        store.append(List.of(event("e" + i, "ann", "i" + i, i)));
      }
      copyAsAfterKill(original, directory);
    }
    return files(".log").stream()
        .max(Comparator.comparingLong(file -> file.toFile().length()))
        .orElseThrow();
  }

  private List<Path> files(String namePart) throws IOException {
    try (Stream<Path> all = Files.list(directory.resolve("db"))) {
      return all.filter(file -> file.getFileName().toString().contains(namePart)).toList();
    }
  }

  private static void flip(Path file, long at) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[(int) at] ^= 0x55;
    Files.write(file, bytes);
  }
}
