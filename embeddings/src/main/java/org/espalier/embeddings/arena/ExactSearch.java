package org.espalier.embeddings.arena;

import org.espalier.embeddings.kernel.BlockKernel;
import org.espalier.embeddings.kernel.FloatKernels;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;

/**
 * The exact top-K by inner product over every row of a table. The query is projected once a size
 * group, rows are scored in their blocks, and only scores that reach the worst one kept are looked at
 * one by one. Allocates its result and nothing else.
 *
 * <p>Rows may move while a scan passes. The stamp of a row's block tells: a block written to since the
 * scan began is not trusted, and its tokens are scored again where the index says they are now. Such a
 * token may come by twice, before and after its move, so it enters only if it is not kept already. A
 * slot that a token left before the scan began is skipped: the scan passes the newer one, too. So a
 * token that is there throughout is found exactly once, in a version that was current in the meantime.
 * Spilled rows come first, as they were at one moment.
 */
public final class ExactSearch {

  private static final BlockKernel KERNEL = FloatKernels.blocks();

  /** A gathered row touches a cache line a value; a scanned one shares it with 15 others. */
  private static final int SCANNED_PER_GATHERED = BlockKernel.ROWS;

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
    if (k < 1) {
      throw new IllegalArgumentException("k is " + k + "; at least 1 is needed");
    }
    for (int d = 0; d < query.length; d++) {
      if (!Float.isFinite(query[d])) {
        throw new IllegalArgumentException("query[" + d + "] is " + query[d]);
      }
    }
    Readers.Seat seat = table.enter();
    try {
      Readers.Buffers buffers = seat.buffers();
      ProjectedQuery projected = table.project(query, buffers);
      buffers.heap.reset(k);
      if (allowed != null
          && allowed.getLongCardinality() * SCANNED_PER_GATHERED < table.rowCount()) {
        gather(table, projected, buffers, allowed, denied);
      } else {
        if (table.spilled().count() > 0) { // before the scan, which sees what moves meanwhile
          scanSpilled(table, projected, buffers, allowed, denied);
        }
        scan(table, projected, buffers, seat.since(), allowed, denied);
      }
      return buffers.heap.drain();
    } finally {
      seat.leave();
    }
  }

  /**
   * The same for several queries at once: {@code result[i]} is what {@link #search} finds for {@code
   * queries[i]}.
   */
  public static Hits[] searchBatch(
      ArenaTable table,
      float[][] queries,
      int k,
      @Nullable RoaringBitmap allowed,
      @Nullable RoaringBitmap denied) {
    Hits[] found = new Hits[queries.length];
    for (int i = 0; i < queries.length; i++) {
      found[i] = search(table, queries[i], k, allowed, denied);
    }
    return found;
  }

  private static void gather(
      ArenaTable table,
      ProjectedQuery query,
      Readers.Buffers buffers,
      RoaringBitmap allowed,
      @Nullable RoaringBitmap denied) {
    long next = allowed.nextValue(0);
    for (; next >= 0 && next < Integer.MAX_VALUE; next = allowed.nextValue((int) next + 1)) {
      int token = (int) next;
      int address = table.address(token);
      if (address != TokenIndex.ABSENT && (denied == null || !denied.contains(token))) {
        float score =
            address >= 0
                ? table.scoreAt(address, query)
                : table.scoreSpilled(token, query, buffers);
        buffers.heap.offer(score, token);
      }
    }
  }

  /**
   * Offers every row of the tier. A row that is in memory by now is left to the scan, which is yet to
   * pass it; one that leaves memory after this is found where the scan meets its old slot.
   */
  private static void scanSpilled(
      ArenaTable table,
      ProjectedQuery query,
      Readers.Buffers buffers,
      @Nullable RoaringBitmap allowed,
      @Nullable RoaringBitmap denied) {
    table
        .spilled()
        .forEachRow(
            buffers.spilled,
            (token, row) -> {
              if (table.address(token) == TokenIndex.SPILLED
                  && (denied == null || !denied.contains(token))
                  && (allowed == null || allowed.contains(token))) {
                buffers.heap.offer(table.spilled().score(row, query), token);
              }
            });
  }

  private static void scan(
      ArenaTable table,
      ProjectedQuery query,
      Readers.Buffers buffers,
      long since,
      @Nullable RoaringBitmap allowed,
      @Nullable RoaringBitmap denied) {
    SlotGroup[] groups = table.groups();
    for (int g = groups.length - 1; g >= 0; g--) { // long rows score high and raise the threshold
      for (Chunk chunk : groups[g].chunks()) {
        groups[g].format.score(
            chunk.data, chunk.blockCount, query.values(), query.at(g), buffers.scores);
        Chunk.valuesBeforeIndex();
        sift(table, chunk, query, buffers, since, allowed, denied);
      }
    }
  }

  private static void sift(
      ArenaTable table,
      Chunk chunk,
      ProjectedQuery query,
      Readers.Buffers buffers,
      long since,
      @Nullable RoaringBitmap allowed,
      @Nullable RoaringBitmap denied) {
    TopHeap heap = buffers.heap;
    int slots = chunk.slotCount();
    int slot = -1;
    while (true) {
      slot = KERNEL.firstAtLeast(buffers.scores, slot + 1, slots, heap.threshold());
      if (slot == slots) {
        return;
      }
      int token = chunk.token(slot);
      if (token == Chunk.FREE
          || (denied != null && denied.contains(token))
          || (allowed != null && !allowed.contains(token))) {
        continue;
      }
      int address = table.address(token);
      if (address == TokenIndex.ABSENT) {
        continue;
      }
      if (address == TokenIndex.SPILLED) {
        if (!heap.holds(token)) {
          heap.offer(table.scoreSpilled(token, query, buffers), token);
        }
      } else if (table.chunk(address).stamp(Chunk.slotOf(address)) > since) {
        if (!heap.holds(token)) {
          heap.offer(table.scoreAt(address, query), token);
        }
      } else if (address == chunk.address(slot)) {
        heap.offer(buffers.scores[slot], token);
      }
    }
  }
}
