package org.espalier.embeddings.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.espalier.embeddings.store.GenerationTesting.contents;
import static org.espalier.embeddings.store.GenerationTesting.draft;
import static org.espalier.embeddings.store.GenerationTesting.table;
import static org.espalier.embeddings.store.StoreTesting.UNSYNCED;
import static org.espalier.embeddings.store.StoreTesting.change;
import static org.espalier.embeddings.store.StoreTesting.event;
import static org.espalier.embeddings.store.StoreTesting.stored;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.IntStream;
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
class GenerationsTest {

  private static final OptionalInt NONE = OptionalInt.empty();

  @TempDir private Path directory;
  private final FaultyDisk disk = new FaultyDisk();
  private final Random random = new Random(7);
  private final MultiSizeTable items = table("item", "entity", 50, random);
  private final MultiSizeTable users = table("user", "user", 40, random);
  private int liveBefore;
  private Store store;
  private Generations generations;

  @BeforeEach
  void open() {
    liveBefore = StoreLeaks.live();
    reopen();
  }

  private void reopen() {
    if (store != null) {
      store.close();
    }
    store = Store.open(directory, UNSYNCED, disk);
    generations = store.generations();
  }

  @AfterEach
  void close() {
    store.close();
    assertThat(StoreLeaks.live()).isEqualTo(liveBefore);
  }

  private int write() {
    try (GenerationWriter writer = generations.begin()) {
      return writer.table(items).table(users).commit(draft("mf", 3));
    }
  }

  private static void assertRefused(Kind kind, ThrowingCallable call, String... parts) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            StoreException.class,
            e -> {
              assertThat(e.kind()).as(e.toString()).isEqualTo(kind);
              for (String part : parts) {
                assertThat(e.getMessage()).contains(part).doesNotContain("\n");
              }
            });
  }

  @Test
  void a_generation_comes_back_as_it_was_written() {
    int number = write();
    reopen();
    Manifest manifest = generations.manifest(number);
    ManifestDraft draft = draft("mf", 3);
    assertThat(manifest.number()).isEqualTo(1);
    assertThat(manifest.created()).isEqualTo(draft.created());
    assertThat(manifest.provenance()).isEqualTo(draft.provenance());
    assertThat(manifest.parameters())
        .isEqualTo(Map.of("alpha", 0.155, "items", 12L, "loss", "als", "biased", false));
    assertThat(manifest.number("items")).isEqualTo(12);
    assertThat(manifest.metrics()).isEqualTo(draft.metrics());
    assertThat(manifest.tables().stream().map(StoredTable::shape))
        .containsExactly(items.shape(), users.shape());
    assertThat(contents(generations, number, "item")).isEqualTo(contents(items));
    assertThat(contents(generations, number, "user")).isEqualTo(contents(users));
    assertThat(generations.active()).isEmpty();
    assertThat(directory.resolve("staging")).isEmptyDirectory();
  }

  @Test
  void an_artefact_comes_back_byte_for_byte_stands_beside_tables_and_goes_with_its_generation()
      throws IOException {
    byte[] large = new byte[(1 << 18) * 2 + 17];
    random.nextBytes(large);
    Path given = Files.write(directory.resolveSibling(directory.getFileName() + ".given"), large);
    Path got = directory.resolveSibling(directory.getFileName() + ".got");
    int number;
    try (GenerationWriter writer = generations.begin()) {
      writer.table(items).artefact("propagator", given);
      assertThatThrownBy(() -> writer.artefact("propagator", given)).hasMessageContaining("names");
      assertThatThrownBy(() -> writer.table(users)).hasMessageContaining("before artefacts");
      number =
          writer
              .artefact("empty", Files.write(got, new byte[0]))
              .artefact("small", Files.write(got, new byte[] {1, 2, 3}))
              .commit(draft("kgat", 3));
    }
    reopen();
    assertThat(generations.manifest(number).hasArtefact("propagator")).isTrue();
    assertThat(generations.manifest(number).hasArtefact("other")).isFalse();
    generations.artefact(number, "propagator", got);
    assertThat(got).hasBinaryContent(large);
    generations.artefact(number, "empty", got);
    assertThat(got).isEmptyFile();
    assertThat(contents(generations, number, "item")).isEqualTo(contents(items));
    assertThat(store.verify().problems()).isEmpty();
    byte[] part = ByteBuffer.allocate(11).put(Rows.artefactKey(number, 2)).putInt(0).array();
    flipEach(Family.ROWS, part, "rows", () -> generations.artefact(number, "small", got));
    generations.delete(number);
    assertRefused(Kind.NO_SUCH_GENERATION, () -> generations.artefact(number, "propagator", got));
    assertThat(generations.collectGarbage().generations()).isEmpty();
    Files.delete(given);
    Files.delete(got);
  }

  @Test
  void a_table_of_many_files_comes_back_whole() {
    float[] values = new float[80 * 220_000];
    for (int i = 0; i < values.length; i++) {
      values[i] = i;
    }
    MultiSizeTable large =
        MultiSizeTable.uniform("item", "entity", 80, IntStream.range(0, 220_000).toArray(), values);
    GenerationWriter writer = generations.begin();
    writer.table(large);
    assertThat(directory.resolve("staging/1")).isDirectoryContaining("glob:**/1.sst");
    writer.commit(draft("mf", 1));
    float[] row = new float[80];
    int[] next = {0};
    generations.rows(
        1,
        "item",
        (token, size, encoding, payload) -> {
          encoding.decode(payload, size, row, 0);
          assertThat(token).isEqualTo(next[0]++);
          assertThat(row[0]).isEqualTo(token * 80f);
        });
    assertThat(next[0]).isEqualTo(220_000);
  }

  @Test
  void only_the_caller_who_knows_the_active_generation_activates_another() {
    write();
    write();
    generations.activate(1, NONE);
    assertRefused(
        Kind.STALE_GENERATION,
        () -> generations.activate(2, NONE),
        "generation 1 is active, not no generation");
    generations.activate(2, OptionalInt.of(1));
    assertRefused(Kind.STALE_GENERATION, () -> generations.activate(1, OptionalInt.of(1)));
    assertRefused(Kind.NO_SUCH_GENERATION, () -> generations.activate(3, OptionalInt.of(2)));
    reopen();
    assertThat(generations.active()).hasValue(2);
    generations.activate(1, OptionalInt.of(2));
    assertThat(generations.active()).hasValue(1);
  }

  @Test
  void a_deleted_generation_is_gone_with_its_files_and_the_active_one_stays() throws IOException {
    write();
    write();
    generations.activate(2, NONE);
    assertRefused(Kind.GENERATION_ACTIVE, () -> generations.delete(2), "activate another");
    generations.delete(1);
    assertRefused(Kind.NO_SUCH_GENERATION, () -> generations.delete(1), "no generation 1");
    assertRefused(Kind.NO_SUCH_GENERATION, () -> generations.manifest(1));
    assertRefused(Kind.NO_SUCH_GENERATION, () -> generations.rows(1, "item", (t, s, e, p) -> {}));
    assertThat(generations.list()).extracting(Manifest::number).containsExactly(2);
    assertThat(contents(generations, 2, "item")).isEqualTo(contents(items));
    assertThat(write()).isEqualTo(3);
  }

  @Test
  void a_number_is_never_given_twice_whatever_becomes_of_it() {
    generations.begin().close();
    GenerationWriter abandoned = generations.begin().table(items);
    store.close();
    abandoned.close();
    reopen();
    assertThat(write()).isEqualTo(3);
    generations.delete(3);
    generations.collectGarbage();
    reopen();
    assertThat(write()).isEqualTo(4);
  }

  @Test
  void a_writer_that_is_open_is_no_garbage() {
    try (GenerationWriter writer = generations.begin()) {
      writer.table(items);
      assertThat(generations.collectGarbage()).isEqualTo(new Generations.Garbage(List.of(), 0));
      assertThat(writer.commit(draft("mf", 1))).isEqualTo(1);
    }
    assertThat(generations.collectGarbage().generations()).isEmpty();
    assertThat(contents(generations, 1, "item")).isEqualTo(contents(items));
  }

  @Test
  void a_writer_is_used_once_and_takes_a_name_once() {
    GenerationWriter writer = generations.begin().table(items);
    assertThatThrownBy(() -> writer.table(items)).hasMessageContaining("item");
    writer.commit(draft("mf", 1));
    assertThatThrownBy(() -> writer.commit(draft("mf", 1))).hasMessageContaining("is closed");
    try (GenerationWriter empty = generations.begin()) {
      assertThatThrownBy(() -> empty.commit(draft("mf", 1))).hasMessageContaining("without tables");
    }
    assertThatThrownBy(() -> draftWith(Map.of("alpha", Double.NaN)))
        .hasMessage("parameter alpha is NaN");
    assertThatThrownBy(() -> draftWith(Map.of("alpha", List.of())))
        .hasMessageContaining("parameter alpha");
  }

  private static ManifestDraft draftWith(Map<String, Object> parameters) {
    ManifestDraft draft = draft("mf", 1);
    return new ManifestDraft(
        draft.created(), "mf", 8, parameters, draft.metrics(), draft.provenance());
  }

  @Test
  void every_step_that_fails_leaves_the_active_generation_and_remains_that_are_collected() {
    write();
    generations.activate(1, NONE);
    boolean allPassed = false;
    for (int goodSteps = 0; !allPassed; goodSteps++) {
      disk.afterSteps(
          goodSteps,
          () -> {
            throw new StoreException(Kind.IO, "broken on purpose");
          });
      OptionalInt expected = generations.active();
      try (GenerationWriter writer = generations.begin()) {
        int number = writer.table(items).table(users).commit(draft("mf", goodSteps));
        generations.activate(number, expected);
        allPassed = true;
      } catch (StoreException e) {
        assertThat(e).hasMessageContaining("broken on purpose");
      }
      disk.heal();
      reopen();
      generations.collectGarbage();
      assertThat(generations.collectGarbage()).isEqualTo(new Generations.Garbage(List.of(), 0));
      if (!allPassed) {
        assertThat(generations.active()).hasValue(1);
      }
      for (Manifest manifest : generations.list()) {
        assertThat(contents(generations, manifest.number(), "item")).isEqualTo(contents(items));
        assertThat(contents(generations, manifest.number(), "user")).isEqualTo(contents(users));
      }
      assertThat(goodSteps).isLessThan(20);
    }
    assertThat(generations.active().orElseThrow()).isGreaterThan(1);
    assertThat(generations.list()).extracting(Manifest::number).hasSizeBetween(2, 3);
  }

  @Test
  void an_erased_user_leaves_every_generation_also_those_being_written() {
    store.append(IntStream.range(0, 40).mapToObj(i -> event(null, "u" + i, "i", i)).toList());
    var expected = contents(users);
    int before = expected.rows().firstKey();
    int during = expected.rows().higherKey(before);
    int after = expected.rows().higherKey(during);
    store.deleteUser("u" + before);
    GenerationWriter writer = generations.begin().table(users).table(items);
    store.deleteUser("u" + during);
    writer.commit(draft("mf", 1));
    store.deleteUser("u" + after);
    List.of(before, during, after).forEach(expected.rows()::remove);
    assertThat(contents(generations, 1, "user")).isEqualTo(expected);
    assertThat(contents(generations, 1, "item")).isEqualTo(contents(items));
    reopen();
    assertThat(contents(generations, 1, "user")).isEqualTo(expected);
  }

  @Test
  void a_generation_that_is_deleted_under_a_reader_is_read_to_its_end_or_said_to_be_gone() {
    write();
    int[] seen = {0};
    generations.rows(
        1,
        "item",
        (token, size, encoding, payload) -> {
          if (seen[0]++ == 0) {
            generations.delete(1);
          }
        });
    assertThat(seen[0]).isEqualTo(items.rowCount());
    assertRefused(Kind.NO_SUCH_GENERATION, () -> generations.header(1, "item"));
  }

  @Test
  void a_flipped_byte_in_a_manifest_a_pointer_a_header_or_a_row_is_named() {
    write();
    generations.activate(1, NONE);
    flipEach(Family.MANIFESTS, Manifests.key(1), "manifest", () -> generations.manifest(1));
    flipEach(Family.MANIFESTS, Manifests.activeKey(), "active", () -> generations.active());
    flipEach(Family.ROWS, Rows.headerKey(1, 0), "rows", () -> generations.header(1, "item"));
    int token = contents(items).rows().firstKey();
    flipEach(Family.ROWS, Rows.rowKey(1, 0, token), "rows", () -> contents(generations, 1, "item"));
    assertThat(contents(generations, 1, "item")).isEqualTo(contents(items));
  }

  @Test
  void rows_that_are_missing_doubled_or_of_another_generation_are_noticed() {
    write();
    write();
    Checksum checksum = new Checksum();
    int token = contents(users).rows().firstKey();
    byte[] key = Rows.rowKey(1, 1, token);
    byte[] value = stored(store, Family.ROWS, key);
    change(store, Family.ROWS, key, null);
    assertRefused(Kind.DAMAGED, () -> contents(generations, 1, "user"), "manifest says");
    change(store, Family.ROWS, key, value);
    byte[] free = Rows.rowKey(1, 1, 1000);
    change(store, Family.ROWS, free, value);
    assertRefused(Kind.DAMAGED, () -> contents(generations, 1, "user"), "checksum");
    change(store, Family.ROWS, free, null);
    int large =
        contents(users).rows().entrySet().stream()
            .filter(row -> row.getValue().size() == 8)
            .findFirst()
            .orElseThrow()
            .getKey();
    byte[] other = Rows.rowKey(1, 1, large);
    byte[] forged = stored(store, Family.ROWS, other);
    forged[forged.length - 1] ^= 1;
    Rows.seal(checksum, ByteBuffer.wrap(other), ByteBuffer.wrap(forged));
    change(store, Family.ROWS, other, forged);
    assertRefused(
        Kind.DAMAGED,
        () -> contents(generations, 1, "user"),
        "table user of generation 1 does not match its checksum");
    assertThat(contents(generations, 2, "user")).isEqualTo(contents(users));
  }

  @Test
  void flipped_bytes_in_table_files_are_never_believed() throws IOException {
    write();
    store.close();
    Path file;
    try (var files = Files.list(directory.resolve("db"))) {
      file =
          files
              .filter(each -> each.toString().endsWith(".sst"))
              .max(Comparator.comparingLong(each -> each.toFile().length()))
              .orElseThrow();
    }
    byte[] good = Files.readAllBytes(file);
    for (int at = 0; at < good.length; at += good.length / 9) {
      byte[] bad = good.clone();
      bad[at] ^= 0x55;
      Files.write(file, bad);
      try {
        reopen();
        assertThat(contents(generations, 1, "item")).isEqualTo(contents(items));
        assertThat(contents(generations, 1, "user")).isEqualTo(contents(users));
      } catch (StoreException e) {
        assertThat(e.kind()).as("byte %d: %s", at, e).isEqualTo(Kind.DAMAGED);
      }
      store.close();
    }
    Files.write(file, good);
    reopen();
    assertThat(contents(generations, 1, "item")).isEqualTo(contents(items));
  }

  private void flipEach(Family family, byte[] key, String named, ThrowingCallable reading) {
    byte[] good = stored(store, family, key);
    for (int at = 0; at < good.length; at += 1 + good.length / 20) {
      byte[] bad = good.clone();
      bad[at] ^= 0x10;
      change(store, family, key, bad);
      assertRefused(Kind.DAMAGED, reading, named, "restore");
    }
    change(store, family, key, good);
  }
}
