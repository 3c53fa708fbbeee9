package org.espalier.embeddings.arena;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.espalier.embeddings.store.RocksSpill;
import org.espalier.embeddings.table.Basis;
import org.espalier.embeddings.table.Encoding;
import org.espalier.embeddings.table.MultiSizeTable;
import org.espalier.embeddings.table.MultiSizeTableBuilder;
import org.espalier.embeddings.table.RandomEncoding;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.roaringbitmap.RoaringBitmap;

/**
 * The arena against a plain map over random sequences of operations, with a random encoding a size and
 * mostly under a ceiling. All values are small integers, so
 * that float sums are exact and order, ties included, is compared without a tolerance.
 */
@DisplayNameGeneration(ReplaceUnderscores.class)
class ArenaTableModelTest {

  private record Scored(float score, int token) {}

  @TempDir private Path spillDirectory;
  private long ceiling;
  private int highestToken = -1;
  private final Map<Integer, Encoding> encodings = new HashMap<>();
  private int dim;
  private int[] sizes = {};
  private Random random = new Random();
  private Basis basis = Basis.identity(1);
  private float[] defaultRow = {};
  private final Map<Integer, float[]> model = new HashMap<>();
  private final ExecutorService threads = Executors.newFixedThreadPool(2);
  private final ParallelSearch onThreads = new ParallelSearch(threads, 3, 0);

  @AfterEach
  void end_the_threads() {
    threads.close();
  }

  @ParameterizedTest(name = "seed={0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
  void the_arena_answers_as_a_plain_map_does(long seed) {
    random = new Random(seed);
    ceiling = random.nextInt(3) == 0 ? Long.MAX_VALUE : random.nextInt(30_000);
    try (ArenaTable table = ArenaTable.load(startingTable(), memory())) {
      int tokens = 1 + random.nextInt(5_000);
      for (int step = 0; step < 300; step++) {
        switch (random.nextInt(8)) {
          case 0 -> publishMany(table, random.nextInt(400), tokens);
          case 1, 2 -> publish(table, random.nextInt(tokens));
          case 3 -> remove(table, random.nextInt(tokens));
          case 4 ->
              new ArrayList<>(model.keySet()).stream().limit(20).forEach(t -> remove(table, t));
          case 5 -> search(table, tokens);
          case 6 -> score(table, tokens);
          default -> look(table, random.nextInt(tokens + 1) - 1);
        }
        assertThat(table.rowCount()).isEqualTo(model.size());
        assertThat(table.spilledRowCount()).isBetween(0, spills() ? model.size() : 0);
        assertThat(table.bytes() - indexBytes()).isLessThanOrEqualTo(ceiling);
      }
      search(table, tokens);
      for (int token = 0; token < tokens; token++) {
        look(table, token);
      }
    }
  }

  private boolean spills() {
    return ceiling < Long.MAX_VALUE;
  }

  private ArenaMemory memory() {
    return spills()
        ? ArenaMemory.ceiling(ceiling, RocksSpill.open(spillDirectory, 4 << 20))
        : ArenaMemory.unlimited();
  }

  /** Pages of 16,384 tokens, four bytes each. */
  private long indexBytes() {
    return Math.ceilDiv(highestToken + 1, 1 << 14) * (1L << 16);
  }

  private MultiSizeTable startingTable() {
    dim = 1 + random.nextInt(20);
    sizes = random.ints(4, 0, dim + 1).sorted().distinct().toArray();
    defaultRow = integers(dim);
    basis =
        switch (random.nextInt(3)) {
          case 0 -> Basis.identity(dim);
          case 1 -> Basis.rotated(dim, integers(dim * dim));
          default -> {
            Map<Integer, float[]> matrices = new TreeMap<>();
            for (int size : sizes) {
              if (size > 0) {
                matrices.put(size, integers(size * dim));
              }
            }
            yield Basis.projected(dim, matrices);
          }
        };
    MultiSizeTableBuilder builder =
        MultiSizeTable.builder("item", "entity", dim)
            .sizes(sizes)
            .basis(basis)
            .defaultRow(defaultRow);
    for (int size : sizes) {
      Encoding encoding = RandomEncoding.next(random);
      encodings.put(size, encoding);
      builder.encoding(size, encoding);
    }
    int rows = random.nextInt(1500);
    for (int token = 0; token < rows; token++) {
      float[] row = row();
      model.put(token, row);
      highestToken = token;
      builder.add(token, row, 0, row.length);
    }
    return builder.build();
  }

  private void publishMany(ArenaTable table, int count, int tokens) {
    for (int i = 0; i < count; i++) {
      publish(table, random.nextInt(tokens));
    }
  }

  private void publish(ArenaTable table, int token) {
    float[] row = row();
    table.publish(token, row, 0, row.length);
    model.put(token, row);
    highestToken = Math.max(highestToken, token);
  }

  private void remove(ArenaTable table, int token) {
    assertThat(table.remove(token)).isEqualTo(model.remove(token) != null);
  }

  private void look(ArenaTable table, int token) {
    float[] row = model.get(token);
    float[] vector = new float[dim];
    assertThat(table.contains(token)).isEqualTo(row != null);
    assertThat(table.sizeOf(token)).isEqualTo(row == null ? -1 : row.length);
    assertThat(table.copyVector(token, vector, 0)).isEqualTo(row != null);
    assertThat(vector).containsExactly(row == null ? new float[dim] : vectorOf(row));
  }

  private void score(ArenaTable table, int tokens) {
    float[] query = integers(dim);
    int[] asked = random.ints(50, 0, tokens).toArray();
    float[] scores = new float[50];
    table.score(query, asked, 50, scores);
    for (int i = 0; i < 50; i++) {
      float[] row = model.get(asked[i]);
      Float expected = row == null ? Float.NaN : dot(query, vectorOf(row)); // boxed: NaN equals NaN
      assertThat(scores[i] + 0f).isEqualTo(expected);
    }
  }

  private void search(ArenaTable table, int tokens) {
    int k = random.nextInt(4) == 0 ? 10_000 : 1 + random.nextInt(120);
    RoaringBitmap allowed = filter(tokens);
    RoaringBitmap denied = filter(tokens);
    float[][] queries = new float[1 + random.nextInt(random.nextInt(10) == 0 ? 70 : 4)][];
    Arrays.setAll(queries, i -> integers(dim));
    Hits[] batch = ExactSearch.searchBatch(table, queries, k, allowed, denied);
    Hits[] parallel = onThreads.searchBatch(table, queries, k, allowed, denied);
    assertThat(batch).hasSameSizeAs(queries);
    assertThat(parallel).hasSameSizeAs(queries);
    for (int i = 0; i < queries.length; i++) {
      List<Scored> expected = best(queries[i], k, allowed, denied);
      assertThat(scored(batch[i])).as("query %d of a batch", i).isEqualTo(expected);
      assertThat(scored(parallel[i])).as("query %d on threads", i).isEqualTo(expected);
      if (i < 3) {
        Hits alone = ExactSearch.search(table, queries[i], k, allowed, denied);
        assertThat(scored(alone)).as("query %d alone", i).isEqualTo(expected);
      }
    }
  }

  private List<Scored> best(
      float[] query, int k, @Nullable RoaringBitmap allowed, @Nullable RoaringBitmap denied) {
    List<Scored> all = new ArrayList<>();
    model.forEach((token, row) -> {
      if ((allowed == null || allowed.contains(token))
          && (denied == null || !denied.contains(token))) {
        all.add(new Scored(dot(query, vectorOf(row)), token));
      }
    });
    all.sort(Comparator.comparingDouble((Scored s) -> -s.score()).thenComparingInt(Scored::token));
    return all.subList(0, Math.min(k, all.size()));
  }

  private static List<Scored> scored(Hits hits) {
    List<Scored> all = new ArrayList<>();
    for (int i = 0; i < hits.size(); i++) {
      all.add(new Scored(hits.scores()[i] + 0f, hits.tokens()[i]));
    }
    return all;
  }

  private @Nullable RoaringBitmap filter(int tokens) {
    return switch (random.nextInt(4)) {
      case 0 -> RoaringBitmap.bitmapOf(random.ints(20, 0, tokens).toArray());
      case 1 -> RoaringBitmap.bitmapOf(random.ints(tokens / 2, 0, tokens).toArray());
      default -> null;
    };
  }

  private float[] vectorOf(float[] row) {
    if (row.length == 0) {
      return defaultRow;
    }
    float[] vector = new float[dim];
    for (int d = 0; d < row.length; d++) {
      basis.addDirection(row.length, d, row[d], vector, 0);
    }
    return vector;
  }

  private static float dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return (float) sum + 0f; // no negative zero
  }

  /** A row of a random size that its encoding holds exactly: with a scale of 1 where it has one. */
  private float[] row() {
    int size = sizes[random.nextInt(sizes.length)];
    float[] row = integers(size);
    if (size > 0) {
      switch (encodings.getOrDefault(size, Encoding.FP32)) {
        case INT8, MIXED -> row[size - 1] = random.nextBoolean() ? 127 : -127;
        case INT4 -> row[size - 1] = random.nextBoolean() ? 7 : -7;
        case FP32, FP16, BF16 -> {}
      }
    }
    return row;
  }

  private float[] integers(int n) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = random.nextInt(-4, 5);
    }
    return values;
  }
}
