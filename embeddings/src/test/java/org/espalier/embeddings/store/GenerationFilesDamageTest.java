package org.espalier.embeddings.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.espalier.embeddings.store.GenerationTesting.contents;
import static org.espalier.embeddings.store.GenerationTesting.draft;
import static org.espalier.embeddings.store.GenerationTesting.table;
import static org.espalier.embeddings.store.StoreTesting.UNSYNCED;
import static org.espalier.embeddings.store.StoreTesting.copyAsAfterKill;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.Stream;
import org.espalier.embeddings.store.StoreException.Kind;
import org.espalier.embeddings.table.MultiSizeTable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bytes flipped in the files under a generation's rows, its manifest and the pointer to it. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class GenerationFilesDamageTest {

  private static final int FLIPS_A_FILE = 5;

  private final MultiSizeTable items = table("item", "entity", 400, new Random(2));
  @TempDir private Path directory;
  @TempDir private Path copies;
  private int copied;

  @BeforeEach
  void two_generations_of_which_the_second_is_active() {
    try (Store store = Store.open(directory, UNSYNCED)) {
      for (int number = 1; number <= 2; number++) {
        try (GenerationWriter writer = store.generations().begin()) {
          writer.table(items).commit(draft("mf", number));
        }
      }
      store.generations().activate(2, OptionalInt.empty());
    }
  }

  @ParameterizedTest(name = "seed={0}")
  @ValueSource(longs = {1, 2})
  void a_flipped_byte_is_refused_or_found_or_changes_nothing(long seed) throws IOException {
    Random random = new Random(seed);
    List<Path> files = tableFiles();
    int noticed = 0;
    for (Path file : files) {
      byte[] good = Files.readAllBytes(file);
      for (int flip = 0; flip < FLIPS_A_FILE; flip++) {
        byte[] bad = good.clone();
        int at = flip == 0 ? 0 : random.nextInt(good.length);
        bad[at] ^= (byte) (1 << random.nextInt(8));
        noticed += isNoticed(file, bad, "byte " + at) ? 1 : 0;
      }
      assertThat(isNoticed(file, good, "nothing")).isFalse();
    }
    assertThat(noticed).isGreaterThan(files.size()); // the first byte of each, and more
  }

  /** Reads everything of a copy; what is read is right, or an exception says DAMAGED. */
  private boolean isNoticed(Path file, byte @Nullable [] instead, String what) throws IOException {
    Path copy = copies.resolve("copy" + copied++);
    copyAsAfterKill(directory, copy);
    Path damaged = copy.resolve(directory.relativize(file));
    Files.delete(damaged);
    if (instead != null) {
      Files.write(damaged, instead);
    }
    try (Store store = Store.open(copy, UNSYNCED)) {
      boolean sound = store.verify().sound();
      assertThat(store.generations().active()).as("%s, %s", file, what).hasValue(2);
      for (int number = 1; number <= 2; number++) {
        assertThat(store.generations().manifest(number).model()).isEqualTo("mf");
        assertThat(contents(store.generations(), number, "item"))
            .as("%s, %s", file, what)
            .isEqualTo(contents(items));
      }
      return !sound;
    } catch (StoreException e) {
      assertThat(e.kind()).as("%s, %s: %s", file, what, e).isEqualTo(Kind.DAMAGED);
      assertThat(e.getMessage()).doesNotContain("\n");
      return true;
    }
  }

  @Test
  void a_table_file_that_is_cut_short_or_gone_is_damage() throws IOException {
    for (Path file : tableFiles()) {
      byte[] good = Files.readAllBytes(file);
      assertThat(isNoticed(file, Arrays.copyOf(good, good.length / 2), "cut")).isTrue();
      assertThat(isNoticed(file, null, "gone")).isTrue();
    }
  }

  private List<Path> tableFiles() throws IOException {
    try (Stream<Path> all = Files.list(directory.resolve("db"))) {
      return all.filter(file -> file.toString().endsWith(".sst")).toList();
    }
  }
}
