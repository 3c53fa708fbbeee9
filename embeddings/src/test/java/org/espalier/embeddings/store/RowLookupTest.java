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

import it.unimi.dsi.fastutil.floats.FloatArrayList;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.IntStream;
import org.espalier.embeddings.store.StoreException.Kind;
import org.espalier.embeddings.table.MultiSizeTable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class RowLookupTest {

  private record Row(int token, List<Float> values) {}

  private static final int TOKENS = 3000;

  @TempDir private Path directory;
  private final MultiSizeTable items = table("item", "entity", TOKENS, new Random(5));
  private final MultiSizeTable users = table("user", "user", 40, new Random(6));
  private int liveBefore;
  private Store store;

  @BeforeEach
  void open() {
    liveBefore = StoreLeaks.live();
    store = Store.open(directory, UNSYNCED);
    store.append(IntStream.range(0, 40).mapToObj(i -> event(null, "u" + i, "i" + i, i)).toList());
    try (GenerationWriter writer = store.generations().begin()) {
      writer.table(items).table(users).commit(draft("mf", 1));
    }
  }

  @AfterEach
  void close() {
    store.close();
    assertThat(StoreLeaks.live()).isEqualTo(liveBefore);
  }

  private List<Row> read(RowLookup lookup, int... tokens) {
    List<Row> rows = new ArrayList<>();
    lookup.rows(
        tokens,
        (token, size, encoding, payload) -> {
          float[] row = new float[size];
          encoding.decode(payload, size, row, 0);
          rows.add(new Row(token, new FloatArrayList(row)));
        });
    return rows;
  }

  @ParameterizedTest(name = "seed={0}")
  @ValueSource(longs = {1, 2, 3})
  void rows_come_in_the_order_of_their_tokens_as_they_were_written(long seed) {
    Random random = new Random(seed);
    NavigableMap<Integer, List<Float>> oracle = contents(items).rows();
    RowLookup lookup = store.generations().lookup(1, "item");
    for (int count : new int[] {0, 1, 2, 1023, 1024, 1025, 5000}) {
      int[] tokens = random.ints(count, -5, TOKENS + 50).toArray(); // some twice, some unknown
      List<Row> expected = new ArrayList<>();
      for (int token : tokens) {
        if (oracle.containsKey(token)) {
          expected.add(new Row(token, oracle.get(token)));
        }
      }
      assertThat(read(lookup, tokens)).isEqualTo(expected);
      int[] seen = {0};
      assertThat(lookup.rows(tokens, count / 3, count / 2, (t, s, e, p) -> seen[0]++))
          .isEqualTo(seen[0]);
    }
    assertThat(lookup.header().shape()).isEqualTo(items.shape());
    assertThatThrownBy(() -> lookup.rows(new int[3], 2, 2, (t, s, e, p) -> {}))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void an_erased_users_row_is_there_no_more() {
    int user = contents(users).rows().firstKey();
    RowLookup lookup = store.generations().lookup(1, "user");
    assertThat(read(lookup, user)).hasSize(1);
    store.deleteUser("u" + user);
    assertThat(read(lookup, user)).isEmpty();
    assertThat(lookup.rows(new int[] {user}, (t, s, e, p) -> {})).isOne();
  }

  @Test
  void a_generation_that_is_deleted_meanwhile_is_no_empty_one() {
    RowLookup lookup = store.generations().lookup(1, "item");
    store.generations().delete(1);
    assertThatThrownBy(() -> read(lookup, 1, 2, 3))
        .isInstanceOfSatisfying(
            StoreException.class, e -> assertThat(e.kind()).isEqualTo(Kind.NO_SUCH_GENERATION));
    assertThatThrownBy(() -> store.generations().lookup(1, "item"))
        .isInstanceOf(StoreException.class);
  }

  @Test
  void a_flipped_byte_is_never_believed() {
    int token = contents(items).rows().firstKey();
    byte[] key = Rows.rowKey(1, 0, token);
    byte[] good = stored(store, Family.ROWS, key);
    RowLookup lookup = store.generations().lookup(1, "item");
    for (int at = 0; at < good.length; at++) {
      byte[] bad = good.clone();
      bad[at] ^= 1;
      change(store, Family.ROWS, key, bad);
      assertThatThrownBy(() -> read(lookup, token))
          .as("byte %d", at)
          .isInstanceOfSatisfying(
              StoreException.class, e -> assertThat(e.kind()).isEqualTo(Kind.DAMAGED));
    }
  }

  @Test
  void a_use_after_close_is_an_error_and_no_crash() {
    store.generations().activate(1, OptionalInt.empty());
    RowLookup lookup = store.generations().lookup(1, "item");
    store.close();
    assertThatThrownBy(() -> read(lookup, 1)).isInstanceOf(IllegalStateException.class);
    store = Store.open(directory, UNSYNCED);
  }
}
