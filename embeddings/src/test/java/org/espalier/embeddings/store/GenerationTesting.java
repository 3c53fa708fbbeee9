package org.espalier.embeddings.store;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.espalier.embeddings.table.Basis;
import org.espalier.embeddings.table.MultiSizeTable;
import org.espalier.embeddings.table.MultiSizeTableBuilder;
import org.espalier.embeddings.table.RandomEncoding;

/** Random tables, and tables as plain maps, for the tests of generations. */
final class GenerationTesting {

  private static final int[] SIZES = {0, 2, 5, 8};

  /** What can be read of a table. Rows are (token → values); directions by size. */
  record Contents(
      String shape,
      List<Float> defaultRow,
      Map<Integer, List<Float>> directions,
      NavigableMap<Integer, List<Float>> rows) {}

  private GenerationTesting() {}

  /** Tokens 0 to {@code tokens} - 1, most of them; every size in an encoding of its own. */
  static MultiSizeTable table(String name, String field, int tokens, Random random) {
    int dim = SIZES[SIZES.length - 1];
    MultiSizeTableBuilder builder =
        MultiSizeTable.builder(name, field, dim)
            .sizes(SIZES)
            .basis(basis(dim, random))
            .defaultRow(floats(dim, random));
    for (int size : SIZES) {
      builder.encoding(size, RandomEncoding.next(random));
    }
    for (int token : IntStream.range(0, tokens).filter(t -> random.nextInt(9) != 0).toArray()) {
      int size = SIZES[random.nextInt(SIZES.length)];
      builder.add(token, floats(size, random), 0, size);
    }
    return builder.build();
  }

  private static Basis basis(int dim, Random random) {
    return switch (random.nextInt(3)) {
      case 0 -> Basis.identity(dim);
      case 1 -> Basis.rotated(dim, floats(dim * dim, random));
      default -> {
        Map<Integer, float[]> matrices = new TreeMap<>();
        Arrays.stream(SIZES)
            .filter(size -> size > 0)
            .forEach(size -> matrices.put(size, floats(size * dim, random)));
        yield Basis.projected(dim, matrices);
      }
    };
  }

  static ManifestDraft draft(String model, long seed) {
    return new ManifestDraft(
        Instant.ofEpochMilli(1_700_000_000_000L + seed),
        model,
        8,
        Map.of("alpha", 0.155, "items", 12, "loss", "als", "biased", false),
        Map.of("ndcg@10", 0.25, "recall@20", 1.0),
        new Provenance(seed, 1, 99, "0.1.0", "simd-512", List.of(1, 2)));
  }

  static Contents contents(MultiSizeTable table) {
    NavigableMap<Integer, List<Float>> rows = new TreeMap<>();
    table.forEachRow((token, size, encoding, payload) -> {
      float[] row = new float[size];
      encoding.decode(payload, size, row, 0);
      rows.put(token, list(row));
    });
    return contents(new TableHeader(table.shape(), table.basis(), table.defaultRow()), rows);
  }

  static Contents contents(Generations generations, int number, String table) {
    NavigableMap<Integer, List<Float>> rows = new TreeMap<>();
    List<Integer> order = new ArrayList<>();
    generations.rows(
        number,
        table,
        (token, size, encoding, payload) -> {
          float[] row = new float[size];
          encoding.decode(payload, size, row, 0);
          rows.put(token, list(row));
          order.add(token);
        });
    if (!order.equals(List.copyOf(rows.keySet()))) {
      throw new AssertionError("rows came in the order " + order);
    }
    return contents(generations.header(number, table), rows);
  }

  private static Contents contents(TableHeader header, NavigableMap<Integer, List<Float>> rows) {
    Map<Integer, List<Float>> directions = new TreeMap<>();
    for (int size : SIZES) {
      if (size > 0) {
        header.basis().directions(size).ifPresent(matrix -> directions.put(size, list(matrix)));
      }
    }
    return new Contents(header.shape().toString(), list(header.defaultRow()), directions, rows);
  }

  private static float[] floats(int count, Random random) {
    float[] floats = new float[count];
    for (int i = 0; i < count; i++) {
      floats[i] = random.nextFloat() - 0.5f;
    }
    return floats;
  }

  private static List<Float> list(float[] floats) {
    List<Float> list = new ArrayList<>(floats.length);
    for (float value : floats) {
      list.add(value);
    }
    return list;
  }
}
