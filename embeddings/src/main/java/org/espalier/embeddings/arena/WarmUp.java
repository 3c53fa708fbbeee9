package org.espalier.embeddings.arena;

import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.espalier.embeddings.table.SizeGroup;
import org.espalier.embeddings.table.TableShape;
import org.roaringbitmap.RoaringBitmap;

/**
 * Runs all that readers and the writer of a table run until the JIT has compiled it: before that a kernel
 * is ten to a hundred times slower.
 */
public final class WarmUp {

  private static final int ROWS_MAX = 2048; // of a size: some chunks, all in the cache
  private static final int K = 100;
  private static final int CANDIDATES = 256;
  private static final int BATCH = 8;

  private WarmUp() {}

  /**
   * Warms every size and encoding of a table on made-up rows of its shape, in a table of their own; the
   * given one is only looked at.
   *
   * @param budget how long to take; a round that has begun is finished
   * @return rounds made, at least 1
   */
  public static int run(ArenaTable table, Duration budget) {
    long startNs = System.nanoTime();
    TableShape shape = table.shape();
    List<SizeGroup> groups =
        shape.groups().stream()
            .map(group -> new SizeGroup(group.size(), ROWS_MAX, group.encoding()))
            .toList();
    TableShape small =
        new TableShape(shape.name(), shape.field(), shape.dim(), shape.projection(), groups);
    try (ArenaTable copy = table.emptyCopy(small)) {
      SplittableRandom random = new SplittableRandom(1);
      float[] row = new float[shape.dim()];
      int rows = 0;
      for (SizeGroup group : groups) {
        for (int r = 0; r < ROWS_MAX; r++) {
          copy.publish(rows++, gaussians(random, row), 0, group.size());
        }
      }
      int rounds = 0;
      do {
        if (rows > 0) {
          round(copy, random, rows);
        }
        rounds++;
      } while (rows > 0 && System.nanoTime() - startNs < budget.toNanos());
      return rounds;
    }
  }

  private static void round(ArenaTable table, SplittableRandom random, int rows) {
    float[][] queries = new float[BATCH][table.dim()];
    for (float[] query : queries) {
      gaussians(random, query);
    }
    RoaringBitmap few = RoaringBitmap.bitmapOf(random.ints(20, 0, rows).toArray());
    ExactSearch.search(table, queries[0], K, null, null);
    ExactSearch.search(table, queries[1], K, null, few);
    ExactSearch.search(table, queries[2], K, few, null);
    ExactSearch.searchBatch(table, queries, K, null, null);
    int[] tokens = random.ints(CANDIDATES, 0, rows).toArray();
    table.score(queries[3], tokens, CANDIDATES, new float[CANDIDATES]);
    float[] vector = new float[table.dim()];
    for (int token : tokens) {
      table.copyVector(token, vector, 0);
      table.publish(token, queries[4], 0, table.sizeOf(token));
    }
  }

  private static float[] gaussians(SplittableRandom random, float[] values) {
    for (int d = 0; d < values.length; d++) {
      values[d] = (float) random.nextGaussian();
    }
    return values;
  }
}
