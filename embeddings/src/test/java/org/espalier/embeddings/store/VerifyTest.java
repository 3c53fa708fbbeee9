package org.espalier.embeddings.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.espalier.embeddings.store.GenerationTesting.draft;
import static org.espalier.embeddings.store.GenerationTesting.table;
import static org.espalier.embeddings.store.StoreTesting.UNSYNCED;
import static org.espalier.embeddings.store.StoreTesting.change;
import static org.espalier.embeddings.store.StoreTesting.copyAsAfterKill;
import static org.espalier.embeddings.store.StoreTesting.event;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.espalier.embeddings.store.StoreException.Kind;
import org.espalier.embeddings.store.Verification.Problem;
import org.espalier.embeddings.table.Encoding;
import org.espalier.embeddings.table.MultiSizeTable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class VerifyTest {

  private static final byte[] EVENT = EventLog.key(3);
  private static final byte[] HISTORY = Histories.key(0, 3, 3);

  @TempDir private Path directory;
  private int liveBefore;
  private Store store;
  private int damagedFiles;

  @BeforeEach
  void fill() {
    liveBefore = StoreLeaks.live();
    store = Store.open(directory, UNSYNCED);
    store.append(
        IntStream.rangeClosed(1, 50).mapToObj(i -> event("e" + i, "ann", "i" + i, i)).toList(),
        new SourcePosition("clicks/0", 0, 51));
    store.append(List.of(event(null, "bob", "i1", 51)));
    store.deleteUser("bob");
    store.putItems(List.of(new CatalogueUpdate("i1", "{}", List.of("c"), false, 0, -1)));
    store.putTriples(List.of(new Triple("i1", "by", "i2", 1, 0)));
    try (GenerationWriter writer = store.generations().begin()) {
      writer.table(table("item", "entity", 30, new Random(1))).commit(draft("mf", 1));
    }
    store.generations().activate(1, OptionalInt.empty());
  }

  @AfterEach
  void close() {
    store.close();
    assertThat(StoreLeaks.live()).isEqualTo(liveBefore);
  }

  @Test
  void a_sound_store_is_read_whole() {
    Verification verification = store.verify();
    assertThat(verification.problems()).isEmpty();
    assertThat(verification.sound()).isTrue();
    assertThat(verification.rows())
        .containsOnlyKeys(
            Arrays.stream(Family.values()).map(Family::familyName).toArray(String[]::new))
        .containsEntry("events", 50L)
        .containsEntry("histories", 50L)
        .containsEntry("edges", 51L)
        .containsEntry("offsets", 51L)
        .containsEntry("manifests", 2L)
        .doesNotContainValue(0L);
  }

  @Test
  void a_lost_row_is_missed_by_those_that_name_it() {
    assertFound(Family.EVENTS, EVENT, null, "histories", "offsets", "counts");
    assertFound(Family.HISTORIES, HISTORY, null, "events");
    assertFound(Family.OFFSETS, Offsets.eventKey(Tokens.encode("e3")), null, "events");
    assertFound(Family.COUNTS, ints(0, 2), null, "counts");
    assertFound(Family.DICTIONARY, shortAndInt(Field.ENTITY.code(), 0), null, "dictionary");
    assertFound(Family.MANIFESTS, Manifests.key(1), null, "manifests");
    assertFound(Family.ROWS, Rows.headerKey(1, 0), null, "rows");
    assertFound(Family.META, Meta.lastSequenceKey(), null, "events");
  }

  @Test
  void a_value_that_says_something_else_is_found_in_every_family() {
    assertFound(Family.META, Meta.lastSequenceKey(), new byte[] {2}, "default");
    byte[] halfToken = {1, 0, (byte) 0xc3};
    assertFound(Family.DICTIONARY, shortAndInt(Field.USER.code(), 0), halfToken, "dictionary");
    assertFound(Family.HISTORIES, HISTORY, Histories.value(1, 1, 9), "histories", "events");
    byte[] otherUser =
        EventLog.value(0, 2, 0, 1, 4, Tokens.encode("e3"), null, null); // at another time
    assertFound(Family.EVENTS, EVENT, otherUser, "events", "histories");
    assertFound(Family.EDGES, Edges.key(Edges.INTERACTS, 0, 2), Edges.value(Float.NaN, 0), "edges");
    assertFound(Family.EDGES, Edges.key(9, 0, 2), Edges.value(1, 0), "edges");
    byte[] three = ByteBuffer.allocate(9).put((byte) 1).putLong(3).array();
    assertFound(Family.COUNTS, ints(0, 2), three, "counts");
    assertFound(Family.OFFSETS, Offsets.eventKey(Tokens.encode("e3")), Offsets.value(4), "offsets");
    assertFound(
        Family.CATALOGUE, Catalogue.key(Catalogue.Kind.ITEM, 0), new byte[] {1, 2}, "catalogue");
    assertFound(Family.MANIFESTS, Manifests.activeKey(), Manifests.activeValue(2), "manifests");
  }

  @Test
  void a_contradiction_is_told_once_from_each_side() {
    byte[] otherId = EventLog.value(0, 2, 0, 1, 3, Tokens.encode("e9"), null, null);
    byte[] unreadable = {9};
    assertThat(findings(Family.HISTORIES, HISTORY, null)).containsExactly("events");
    assertThat(findings(Family.EVENTS, EVENT, null))
        .containsExactlyInAnyOrder("histories", "offsets", "counts");
    assertThat(findings(Family.EVENTS, EVENT, otherId)) // which is that of event 9
        .containsExactlyInAnyOrder("events", "offsets");
    assertThat(findings(Family.EVENTS, EVENT, unreadable))
        .containsExactlyInAnyOrder("events", "histories", "offsets", "counts");
    assertThat(findings(Family.HISTORIES, HISTORY, unreadable))
        .containsExactlyInAnyOrder("events", "histories");
    assertThat(findings(Family.OFFSETS, Offsets.eventKey(Tokens.encode("e3")), unreadable))
        .containsExactlyInAnyOrder("events", "offsets");
    assertThat(findings(Family.OFFSETS, Offsets.eventKey(Tokens.encode("x")), Offsets.value(3)))
        .containsExactly("offsets");
    assertThat(findings(Family.HISTORIES, Histories.key(0, 9, 3), Histories.value(2, 0, 1)))
        .containsExactly("histories");
    assertThat(findings(Family.HISTORIES, new byte[] {1}, unreadable)).containsExactly("histories");
  }

  @Test
  void two_rows_that_have_changed_places_are_found() {
    byte[] fourth = Histories.key(0, 4, 4);
    byte[] third = store.database().get(Family.HISTORIES, HISTORY);
    change(store, Family.HISTORIES, HISTORY, store.database().get(Family.HISTORIES, fourth));
    assertThat(findings(Family.HISTORIES, fourth, third))
        .containsExactlyInAnyOrder("events", "events", "histories", "histories");
  }

  @Test
  void who_waits_is_told_how_far_it_is() {
    List<Long> told = new ArrayList<>();
    Verification verification =
        store.verify((rows, rowsTotal) -> {
          assertThat(rows).isLessThanOrEqualTo(rowsTotal);
          told.add(rows);
        });
    assertThat(told).isSorted().startsWith(0L);
    long read = verification.rows().values().stream().mapToLong(Long::longValue).sum();
    // The tables' headers are no rows of theirs.
    assertThat(told.getLast()).isBetween(read - 1, read);
  }

  /** The families of all problems that a changed row brings. */
  private List<String> findings(Family family, byte[] key, byte @Nullable [] value) {
    byte[] before = store.database().get(family, key);
    change(store, family, key, value);
    Verification verification = store.verify();
    change(store, family, key, before);
    assertThat(verification.problemCount()).isEqualTo(verification.problems().size());
    return verification.problems().stream().map(Problem::family).toList();
  }

  @Test
  void a_flipped_byte_in_any_table_file_is_found(@TempDir Path copies) throws IOException {
    store.close();
    List<Path> files = tableFiles();
    assertThat(files).hasSizeGreaterThan(5);
    for (Path file : files) {
      Path copy = copies.resolve(file.getFileName().toString());
      copyAsAfterKill(directory, copy);
      Path copied = copy.resolve("db").resolve(file.getFileName());
      byte[] bytes = Files.readAllBytes(copied);
      bytes[0] ^= 0x55; // in the first block of rows
      Files.write(copied, bytes);
      try (Store damaged = Store.open(copy, UNSYNCED)) {
        assertThat(damaged.verify().problems()).as("%s", file).isNotEmpty();
      } catch (StoreException e) {
        assertThat(e.kind()).isEqualTo(Kind.DAMAGED); // of a family that is read at open
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void a_changed_payload_of_any_encoding_is_found(Encoding encoding) {
    MultiSizeTable table = table("item", "entity", 30, new Random(2)).encoded(encoding);
    int number = write(table);
    assertThat(store.verify().problems()).isEmpty();
    table.forEachRow((token, size, stored, payload) -> {
      if (size > 0 && token < 9) {
        byte[] key = Rows.rowKey(number, 0, token);
        byte[] value = Objects.requireNonNull(store.database().get(Family.ROWS, key)).clone();
        value[value.length - 1 - token % payload.length] ^= 0x10;
        assertFound(Family.ROWS, key, value, "rows");
      }
    });
  }

  @ParameterizedTest
  @EnumSource
  void flipped_bytes_in_the_table_files_of_any_encoding_are_found(
      Encoding encoding, @TempDir Path copies) throws IOException {
    int number = write(table("item", "entity", 4000, new Random(3)).encoded(encoding));
    store.close();
    byte[] key = Rows.generationKey(number);
    for (Path file : tableFiles()) {
      byte[] good = Files.readAllBytes(file);
      if (indexOf(good, key) < 0 || good.length < 16_000) { // of other families
        continue;
      }
      for (int flip = 0; flip < 6; flip++) {
        Path copy = copies.resolve(file.getFileName() + "-" + flip);
        copyAsAfterKill(directory, copy);
        byte[] bytes = good.clone();
        bytes[good.length / 2 / 6 * flip + flip] ^= 0x55; // the first half is rows
        Files.write(copy.resolve("db").resolve(file.getFileName()), bytes);
        try (Store damaged = Store.open(copy, UNSYNCED)) {
          assertThat(damaged.verify().problems()).as("%s flip %d", file, flip).isNotEmpty();
        }
        damagedFiles++;
      }
    }
    assertThat(damagedFiles).isPositive();
  }

  private int write(MultiSizeTable table) {
    try (GenerationWriter writer = store.generations().begin()) {
      return writer.table(table).commit(draft("mf", 2));
    }
  }

  private static int indexOf(byte[] bytes, byte[] wanted) {
    for (int at = 0; at + wanted.length <= bytes.length; at++) {
      if (Arrays.equals(bytes, at, at + wanted.length, wanted, 0, wanted.length)) {
        return at;
      }
    }
    return -1;
  }

  @Test
  void a_store_that_was_closed_has_nothing_to_replay() throws IOException {
    store.close();
    try (Stream<Path> files = Files.list(directory.resolve("db"))) {
      assertThat(files.filter(file -> file.toString().endsWith(".log")))
          .isNotEmpty()
          .allSatisfy(log -> assertThat(log).isEmptyFile());
    }
    assertThat(tableFiles()).isNotEmpty();
  }

  private List<Path> tableFiles() throws IOException {
    try (Stream<Path> files = Files.list(directory.resolve("db"))) {
      return files.filter(file -> file.toString().endsWith(".sst")).toList();
    }
  }

  private void assertFound(
      Family family, byte[] key, byte @Nullable [] value, String... whereItShows) {
    byte[] before = store.database().get(family, key);
    change(store, family, key, value);
    Verification verification = store.verify();
    change(store, family, key, before);
    assertThat(verification.sound()).isFalse();
    assertThat(verification.problems()).extracting(Problem::family).contains(whereItShows);
    assertThat(verification.problems())
        .allSatisfy(problem -> assertThat(problem.key() + problem.what()).isNotBlank());
    assertThat(store.verify().problems()).isEmpty();
  }

  private static byte[] ints(int first, int second) {
    return ByteBuffer.allocate(8).putInt(first).putInt(second).array();
  }

  private static byte[] shortAndInt(int first, int second) {
    return ByteBuffer.allocate(6).putShort((short) first).putInt(second).array();
  }
}
