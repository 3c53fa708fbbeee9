package org.espalier.embeddings.arena;

import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;

/**
 * The exact top-K by inner product over every row of a table, for one query or for a batch that shares
 * the pass over memory. Allocates its result and nothing else. {@link ParallelSearch} does the same on
 * several threads.
 */
public final class ExactSearch {

  /** Queries of one pass; more are answered in several. Bounds what a reader's buffers hold. */
  static final int PASS_QUERIES = 32;

  /** A gathered row costs about as much as this many scanned ones. */
  private static final int SCANNED_PER_GATHERED = 16;

  private ExactSearch() {}

  /**
   * The {@code k} rows with the largest {@code query · row}.
   *
   * @param query (D) in the model's space
   * @param k at least 1; all rows are returned when there are fewer
   * @param allowed only these tokens; null for all
   * @param denied none of these tokens; null for none
   * @throws IllegalArgumentException for a query of the wrong length or with a value that is not
   *     finite, or a k below 1
   */
  public static Hits search(
      ArenaTable table,
      float[] query,
      int k,
      @Nullable RoaringBitmap allowed,
      @Nullable RoaringBitmap denied) {
    requireK(k);
    int bad = firstNotFinite(query);
    if (bad >= 0) {
      throw new IllegalArgumentException("query[%d] is %s".formatted(bad, query[bad]));
    }
    Readers.Seat seat = table.enter();
    try {
      Readers.Buffers buffers = seat.buffers();
      table.project(query, buffers.query(0));
      buffers.heap(0).reset(k);
      run(table, seat, 1, allowed, denied);
      return buffers.heap(0).drain();
    } finally {
      seat.leave();
    }
  }

  /**
   * The same for several queries: {@code result[i]} is what {@link #search} finds for {@code queries[i]}.
   * They share the filters.
   *
   * @param queries (n, D)
   * @throws IllegalArgumentException as above, naming the query
   */
  public static Hits[] searchBatch(
      ArenaTable table,
      float[][] queries,
      int k,
      @Nullable RoaringBitmap allowed,
      @Nullable RoaringBitmap denied) {
    requireBatch(queries, k);
    Hits[] found = new Hits[queries.length];
    for (int from = 0; from < queries.length; from += PASS_QUERIES) {
      int count = Math.min(PASS_QUERIES, queries.length - from);
      Readers.Seat seat = table.enter();
      try {
        prepare(table, seat.buffers(), queries, from, count, k);
        run(table, seat, count, allowed, denied);
        for (int q = 0; q < count; q++) {
          found[from + q] = seat.buffers().heap(q).drain();
        }
      } finally {
        seat.leave();
      }
    }
    return found;
  }

  /** Projects queries {@code from .. from + count - 1} and empties their heaps. */
  static void prepare(
      ArenaTable table, Readers.Buffers buffers, float[][] queries, int from, int count, int k) {
    for (int q = 0; q < count; q++) {
      table.project(queries[from + q], buffers.query(q));
      buffers.heap(q).reset(k);
    }
  }

  /** Whether so few rows are allowed that looking each up costs less than passing over all. */
  static boolean fewAllowed(ArenaTable table, @Nullable RoaringBitmap allowed) {
    return allowed != null
        && allowed.getLongCardinality() * SCANNED_PER_GATHERED < table.rowCount();
  }

  static void requireBatch(float[][] queries, int k) {
    requireK(k);
    for (int i = 0; i < queries.length; i++) {
      int bad = firstNotFinite(queries[i]);
      if (bad >= 0) {
        throw new IllegalArgumentException(
            "queries[%d][%d] is %s".formatted(i, bad, queries[i][bad]));
      }
    }
  }

  private static void run(
      ArenaTable table,
      Readers.Seat seat,
      int queryCount,
      @Nullable RoaringBitmap allowed,
      @Nullable RoaringBitmap denied) {
    Readers.Buffers buffers = seat.buffers();
    if (allowed != null && fewAllowed(table, allowed)) {
      Scan.listed(table, buffers, queryCount, allowed, denied);
      return;
    }
    Scan.spilled(table, buffers, queryCount, allowed, denied);
    SlotGroup[] groups = table.groups();
    for (int g = groups.length - 1; g >= 0; g--) { // long rows score high and raise the threshold
      for (Chunk chunk : groups[g].chunks()) {
        Scan.chunk(table, chunk, buffers, queryCount, seat.since(), allowed, denied);
      }
    }
  }

  private static void requireK(int k) {
    if (k < 1) {
      throw new IllegalArgumentException("k is " + k + "; at least 1 is needed");
    }
  }

  private static int firstNotFinite(float[] query) {
    for (int d = 0; d < query.length; d++) {
      if (!Float.isFinite(query[d])) {
        return d;
      }
    }
    return -1;
  }
}
