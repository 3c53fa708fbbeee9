package org.espalier.embeddings.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class MultiSizeTableTest {

  @ParameterizedTest(name = "seed={0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void a_table_gives_back_every_row_that_was_added(long seed) {
    Random random = new Random(seed);
    int[] sizes = {0, 1, 3, 8, 13};
    Map<Integer, float[]> rows = new TreeMap<>();
    MultiSizeTableBuilder builder = MultiSizeTable.builder("item", "entity", 13).sizes(sizes);
    float[] shared = integers(random, 13);
    builder.defaultRow(shared);
    boolean sparse = random.nextBoolean();
    for (int i = 0; i < 300; i++) {
      int token = sparse ? random.nextInt(1_000_000) : 299 - i;
      if (rows.containsKey(token)) {
        continue;
      }
      float[] row = integers(random, sizes[random.nextInt(sizes.length)]);
      rows.put(token, row);
      builder.add(token, row, 0, row.length);
    }
    MultiSizeTable table = builder.build();

    assertThat(table.rowCount()).isEqualTo(rows.size());
    assertThat(table.shape().rowCount()).isEqualTo(rows.size());
    rows.forEach((token, row) -> {
      assertThat(table.sizeOf(token)).isEqualTo(row.length);
      float[] copy = new float[row.length];
      assertThat(table.copyRow(token, copy, 0)).isTrue();
      assertThat(copy).containsExactly(row);
      float[] vector = new float[14];
      assertThat(table.copyVector(token, vector, 1)).isTrue();
      for (int d = 0; d < 13; d++) {
        float expected = row.length == 0 ? shared[d] : d < row.length ? row[d] : 0;
        assertThat(vector[1 + d]).isEqualTo(expected);
      }
    });
    List<Integer> visited = new ArrayList<>();
    table.forEachRow((token, size, encoding, payload) -> {
      visited.add(token);
      float[] row = new float[size];
      encoding.decode(payload, size, row, 0);
      assertThat(row).containsExactly(rows.get(token));
    });
    assertThat(visited).containsExactlyElementsOf(rows.keySet());
  }

  @Test
  void an_absent_token_leaves_the_target_untouched() {
    MultiSizeTable table =
        MultiSizeTable.uniform("item", "entity", 2, new int[] {5}, new float[] {1, 2});
    float[] target = {7, 7};
    assertThat(table.copyRow(4, target, 0)).isFalse();
    assertThat(table.copyVector(4, target, 0)).isFalse();
    assertThat(table.copyVector(-1, target, 0)).isFalse();
    assertThat(table.sizeOf(4)).isEqualTo(-1);
    assertThat(table.contains(5)).isTrue();
    assertThat(target).containsExactly(7, 7);
  }

  @Test
  void a_rotated_row_counts_along_the_rotations_directions() {
    float[] directions = {0, 1, 0, 0, 0, 2, 1, 0, 0};
    MultiSizeTable table =
        MultiSizeTable.builder("item", "entity", 3)
            .basis(Basis.rotated(3, directions))
            .add(0, new float[] {3, 4}, 0, 2)
            .build();
    float[] vector = new float[3];
    assertThat(table.copyVector(0, vector, 0)).isTrue();
    assertThat(vector).containsExactly(0, 3, 8);
    assertThat(table.shape().projection()).isEqualTo(Projection.NESTED);
    assertThat(table.basis().directions(2)).contains(new float[] {0, 1, 0, 0, 0, 2});
  }

  @Test
  void a_projected_row_uses_the_matrix_of_its_own_size() {
    Basis basis = Basis.projected(2, Map.of(1, new float[] {10, 20}, 2, new float[] {1, 0, 0, -1}));
    MultiSizeTable table =
        MultiSizeTable.builder("item", "entity", 2)
            .basis(basis)
            .addAll(new int[] {0, 1}, new int[] {1, 2}, new float[] {3, 5, 7})
            .build();
    float[] vectors = new float[4];
    table.copyVector(0, vectors, 0);
    table.copyVector(1, vectors, 2);
    assertThat(vectors).containsExactly(30, 60, 5, -7);
    float[] query = new float[2];
    basis.projectQuery(new float[] {1, 2}, 1, query, 0);
    assertThat(query[0]).isEqualTo(50);
  }

  @Test
  void an_empty_table_keeps_its_sizes_open() {
    MultiSizeTable table = MultiSizeTable.builder("item", "entity", 24).build();
    assertThat(table.rowCount()).isZero();
    assertThat(table.shape().groups())
        .extracting(SizeGroup::size)
        .containsExactly(0, 1, 2, 4, 8, 16, 24);
  }

  @Test
  void what_is_wrong_is_named_with_its_place() {
    float[] row = {1, 2, 3, 4};
    refused("2 tokens but 1 sizes", () -> eight().addAll(new int[2], new int[1], row));
    refused(
        "2 rows need 3 values, not 4",
        () -> eight().addAll(new int[] {0, 1}, new int[] {1, 2}, row));
    refused(
        "row 1 (token 9): size 16 is over dim 8",
        () -> eight().add(1, row, 0, 1).add(9, new float[16], 0, 16));
    refused("row 0 (token 9): size 3 is none of [0, 1, 2, 4, 8]", () -> eight().add(9, row, 0, 3));
    refused(
        "row 0 (token 9): value 1 is NaN", () -> eight().add(9, new float[] {1, Float.NaN}, 0, 2));
    refused(
        "row 0 (token 9): value 0 is -Infinity",
        () -> eight().add(9, new float[] {Float.NEGATIVE_INFINITY}, 0, 1));
    refused("row 0 (token -1): a token is an id of at least 0", () -> eight().add(-1, row, 0, 1));
    refused(
        "rows 0 and 2 are both of token 7",
        () -> eight().add(7, row, 0, 1).add(3, row, 0, 2).add(7, row, 0, 4).build());
    refused("a default row of 4 values for dim 8", () -> eight().defaultRow(row));
    refused(
        "default row: value 7 is NaN",
        () -> eight().defaultRow(new float[] {0, 0, 0, 0, 0, 0, 0, Float.NaN}));
    refused("sizes [4, 9] must be 1 to 127 numbers of 0 to dim 8", () -> eight().sizes(4, 9));
    refused("a basis of dim 4 for a table of dim 8", () -> eight().basis(Basis.identity(4)));
    refused(
        "no projection for size 1",
        () -> eight().basis(Basis.projected(8, Map.of(8, new float[64]))).build());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Basis.projected(8, Map.of(2, new float[15])))
        .withMessage("projection of size 2: 15 values are not (2, 8)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Basis.rotated(2, new float[] {1, 0, Float.NaN, 1}))
        .withMessage("rotation: row 1, column 0 is NaN");
    assertThatThrownBy(() -> eight().add(1, row, 0, 1).sizes(4))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void a_payload_of_the_wrong_length_is_refused() {
    byte[] payload = Encoding.FP32.encode(new float[] {1.5f, -2}, 0, 2);
    float[] row = new float[2];
    Encoding.FP32.decode(payload, 2, row, 0);
    assertThat(row).containsExactly(1.5f, -2);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Encoding.FP32.decode(payload, 3, new float[3], 0))
        .withMessage("a payload of 8 bytes is no FP32 row of size 3, which has 12");
    assertThat(Encoding.ofCode(Encoding.FP32.code())).isEqualTo(Encoding.FP32);
    assertThatIllegalArgumentException().isThrownBy(() -> Encoding.ofCode((byte) 99));
  }

  @Test
  void a_shape_is_checked() {
    SizeGroup four = new SizeGroup(4, 1, Encoding.FP32);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new TableShape("t", "f", 2, Projection.NESTED, List.of(four)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new TableShape("t", "f", 8, Projection.NESTED, List.of(four, four)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new TableShape("t", " ", 8, Projection.NESTED, List.of(four)));
    assertThatIllegalArgumentException().isThrownBy(() -> new SizeGroup(-1, 0, Encoding.FP32));
  }

  private static MultiSizeTableBuilder eight() {
    return MultiSizeTable.builder("item", "entity", 8);
  }

  private static void refused(String what, Runnable attempt) {
    assertThatIllegalArgumentException()
        .isThrownBy(attempt::run)
        .withMessage("table item: " + what);
  }

  private static float[] integers(Random random, int n) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = random.nextInt(-8, 9);
    }
    return values;
  }
}
