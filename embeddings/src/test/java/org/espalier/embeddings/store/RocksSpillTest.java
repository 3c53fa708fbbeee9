package org.espalier.embeddings.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.espalier.embeddings.store.StoreException.Kind;
import org.espalier.embeddings.table.Encoding;
import org.espalier.embeddings.table.RandomEncoding;
import org.espalier.embeddings.table.RowVisitor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class RocksSpillTest {

  private static final long CACHE_BYTES = 4 << 20;

  @TempDir private Path parent;
  private Path directory;
  private int liveBefore;

  @BeforeEach
  void remember() {
    directory = parent.resolve("spill/item");
    liveBefore = StoreLeaks.live();
  }

  @AfterEach
  void nothing_native_is_left() {
    assertThat(StoreLeaks.live()).isEqualTo(liveBefore);
  }

  @ParameterizedTest(name = "seed={0}")
  @ValueSource(longs = {1, 2, 3})
  void the_tier_answers_as_a_plain_map_does(long seed) {
    Random random = new Random(seed);
    TreeMap<Integer, String> model = new TreeMap<>();
    try (RocksSpill tier = RocksSpill.open(directory, CACHE_BYTES)) {
      for (int step = 0; step < 20_000; step++) {
        int token = random.nextInt(3000);
        if (random.nextInt(4) == 0) {
          tier.remove(token);
          model.remove(token);
        } else {
          Encoding encoding = RandomEncoding.next(random);
          int size = 1 + random.nextInt(20);
          byte[] payload = new byte[encoding.payloadBytes(size)];
          random.nextBytes(payload);
          tier.put(token, size, encoding, payload);
          describe(model::put).row(token, size, encoding, payload);
        }
      }
      TreeMap<Integer, String> all = new TreeMap<>();
      List<Integer> order = new ArrayList<>();
      tier.forEachRow((token, size, encoding, payload) -> {
        order.add(token);
        describe(all::put).row(token, size, encoding, payload);
      });
      assertThat(all).isEqualTo(model);
      assertThat(order).isSorted();

      TreeMap<Integer, String> some = new TreeMap<>();
      int[] asked = random.ints(500, 0, 3000).toArray();
      tier.rows(asked, 400, describe(some::put));
      TreeMap<Integer, String> expected = new TreeMap<>();
      for (int i = 0; i < 400; i++) {
        TreeMap<Integer, String> one = new TreeMap<>();
        assertThat(tier.row(asked[i], describe(one::put))).isEqualTo(model.containsKey(asked[i]));
        expected.putAll(one);
      }
      assertThat(some).isEqualTo(expected);
      assertThat(model).containsAllEntriesOf(expected);
    }
    assertThat(directory.resolve("CURRENT")).doesNotExist();
  }

  @Test
  void what_a_killed_process_left_is_gone(@TempDir Path copies) throws IOException {
    Path copy = copies.resolve("spill");
    try (RocksSpill tier = RocksSpill.open(directory, CACHE_BYTES)) {
      tier.put(1, 2, Encoding.FP16, new byte[4]);
      StoreTesting.copyAsAfterKill(directory, copy);
    }
    try (RocksSpill tier = RocksSpill.open(copy, CACHE_BYTES)) {
      assertThat(tier.row(1, (token, size, encoding, payload) -> {})).isFalse();
    }
  }

  @Test
  void other_peoples_files_are_left_alone() throws IOException {
    Files.createDirectories(directory);
    Files.writeString(directory.resolve("thesis.txt"), "chapter 1");
    assertThatThrownBy(() -> RocksSpill.open(directory, CACHE_BYTES))
        .isInstanceOfSatisfying(
            StoreException.class, e -> assertThat(e.kind()).isEqualTo(Kind.NOT_A_STORE))
        .hasMessageContaining("holds other files");
    assertThat(directory.resolve("thesis.txt")).hasContent("chapter 1");
  }

  @Test
  void a_second_tier_in_the_same_directory_is_refused() {
    try (RocksSpill tier = RocksSpill.open(directory, CACHE_BYTES)) {
      tier.put(1, 2, Encoding.FP16, new byte[4]);
      assertThatThrownBy(() -> RocksSpill.open(directory, CACHE_BYTES))
          .isInstanceOfSatisfying(
              StoreException.class, e -> assertThat(e.kind()).isEqualTo(Kind.LOCKED));
      assertThat(tier.row(1, (token, size, encoding, payload) -> {})).isTrue();
    }
  }

  @Test
  void a_cache_that_is_too_small_is_refused_and_use_after_close_throws() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RocksSpill.open(directory, 1000))
        .withMessageContaining("a spill cache of 1000 bytes");
    RocksSpill tier = RocksSpill.open(directory, CACHE_BYTES);
    tier.close();
    assertThatThrownBy(() -> tier.put(1, 1, Encoding.FP16, new byte[2]))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> tier.forEachRow((token, size, encoding, payload) -> {}))
        .isInstanceOf(IllegalStateException.class);
  }

  private interface Sink {
    Object put(int token, String row);
  }

  private static RowVisitor describe(Sink sink) {
    return (token, size, encoding, payload) ->
        sink.put(token, size + " " + encoding + " " + HexFormat.of().formatHex(payload));
  }
}
