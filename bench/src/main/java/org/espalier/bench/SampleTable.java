package org.espalier.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.espalier.embeddings.arena.ArenaTable;
import org.espalier.embeddings.table.Basis;
import org.espalier.embeddings.table.Encoding;
import org.espalier.embeddings.table.Projection;
import org.espalier.embeddings.table.SizeGroup;
import org.espalier.embeddings.table.TableShape;
import org.espalier.service.console.Progress;

/**
 * A serving table of made-up rows, nested sizes. Tokens are in no order of popularity. Owns the arena.
 *
 * @param sizes the size of each token's row
 */
@SuppressWarnings("ArrayRecordComponent") // a holder, never compared
record SampleTable(ArenaTable arena, int[] sizes) implements AutoCloseable {

  private static final int PROGRESS_ROWS = 1 << 16;

  /** Fills a table whose rows have these sizes, in an order of its own. */
  static SampleTable fill(
      int dim, int[] sizesByPopularity, Encoding encoding, long seed, Progress progress) {
    SplittableRandom random = new SplittableRandom(seed);
    int[] sizes = shuffled(sizesByPopularity, random);
    TreeMap<Integer, Integer> counts = new TreeMap<>();
    for (int size : sizes) {
      counts.merge(size, 1, Integer::sum);
    }
    List<SizeGroup> groups = new ArrayList<>();
    counts.forEach((size, rows) -> groups.add(new SizeGroup(size, rows, encoding)));
    TableShape shape = new TableShape("item", "entity", dim, Projection.NESTED, groups);
    ArenaTable arena = ArenaTable.create(shape, Basis.identity(dim), new float[dim]);
    float[] row = new float[dim];
    for (int token = 0; token < sizes.length; token++) {
      gaussians(random, row);
      arena.publish(token, row, 0, sizes[token]);
      if ((token + 1) % PROGRESS_ROWS == 0) {
        progress.step(PROGRESS_ROWS);
      }
    }
    return new SampleTable(arena, sizes);
  }

  /** Bytes of all rows as they are stored, without free slots and index. */
  long storedBytes() {
    return arena.shape().payloadBytes();
  }

  /** Queries in the model's space. */
  static float[][] queries(int count, int dim, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[][] queries = new float[count][dim];
    for (float[] query : queries) {
      gaussians(random, query);
    }
    return queries;
  }

  /** Lists of tokens, each of {@code length}, all tokens equally likely. */
  int[][] tokenLists(int count, int length, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int[][] lists = new int[count][];
    for (int i = 0; i < count; i++) {
      lists[i] = random.ints(length, 0, sizes.length).toArray();
    }
    return lists;
  }

  static void gaussians(SplittableRandom random, float[] values) {
    for (int d = 0; d < values.length; d++) {
      values[d] = (float) random.nextGaussian();
    }
  }

  private static int[] shuffled(int[] values, SplittableRandom random) {
    int[] mixed = values.clone();
    for (int i = mixed.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int kept = mixed[i];
      mixed[i] = mixed[j];
      mixed[j] = kept;
    }
    return mixed;
  }

  @Override
  public void close() {
    arena.close();
  }
}
