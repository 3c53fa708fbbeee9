package org.espalier.embeddings.arena;

import org.espalier.embeddings.kernel.BlockKernel;
import org.espalier.embeddings.kernel.FloatKernels;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;

/**
 * Offers rows to the heaps of a batch of queries, a chunk at a time: it is read from memory for the first
 * query and from the cache for the others. Blocks whose longest row cannot reach the worst score kept
 * (Cauchy–Schwarz) are not read, the others are scored whole, and only scores that reach the worst one
 * kept are looked at one by one.
 *
 * <p>Rows may move while a scan passes. The stamp of a row's block tells: a block written to since the
 * scan began is not trusted, and its tokens are scored again where the index says they are now. Such a
 * token may come by twice, before and after its move, so it enters only if it is not kept already. A
 * slot that a token left before the scan began is skipped: the scan passes the newer one, too. So a
 * token that is there throughout is found exactly once, in a version that was current in the meantime.
 * A block that is not read was too low with the rows that it had when the scan began. Spilled rows come
 * first, as they were at one moment.
 */
final class Scan {

  private static final BlockKernel KERNEL = FloatKernels.blocks();
  private static final int LISTED_TILE = 256; // tokens looked up together

  private Scan() {}

  /** Scores one chunk for the first {@code queryCount} queries of the buffers. */
  static void chunk(
      ArenaTable table,
      Chunk chunk,
      Readers.Buffers buffers,
      int queryCount,
      long since,
      @Nullable RoaringBitmap allowed,
      @Nullable RoaringBitmap denied) {
    for (int q = 0; q < queryCount; q++) {
      ProjectedQuery query = buffers.query(q);
      TopHeap heap = buffers.heap(q);
      float norm = query.norm(chunk.ordinal);
      int to = 0;
      while (to < chunk.blockCount) {
        int from = firstWorthIt(chunk, to, norm, heap.threshold());
        if (from == chunk.blockCount) {
          break;
        }
        to = firstNotWorthIt(chunk, from + 1, norm, heap.threshold());
        chunk.group.format.score(
            chunk.data, from, to, query.values(), query.at(chunk.ordinal), buffers.scores);
        Chunk.valuesBeforeIndex();
        sift(table, chunk, from, to, query, heap, buffers, since, allowed, denied);
      }
    }
  }

  /**
   * Offers every row of the tier. A row that is in memory by now is left to the scan, which is yet to
   * pass it; one that leaves memory after this is found where the scan meets its old slot.
   */
  static void spilled(
      ArenaTable table,
      Readers.Buffers buffers,
      int queryCount,
      @Nullable RoaringBitmap allowed,
      @Nullable RoaringBitmap denied) {
    SpilledRows spilled = table.spilled();
    if (spilled.count() == 0) {
      return;
    }
    spilled.forEachRow(
        buffers.spilled,
        (token, row) -> {
          if (table.address(token) == TokenIndex.SPILLED
              && (denied == null || !denied.contains(token))
              && (allowed == null || allowed.contains(token))) {
            for (int q = 0; q < queryCount; q++) {
              buffers.heap(q).offer(spilled.score(row, buffers.query(q)), token);
            }
          }
        });
  }

  /** Looks up the rows of some tokens, for the first {@code queryCount} queries of the buffers. */
  static void listed(
      ArenaTable table,
      Readers.Buffers buffers,
      int queryCount,
      RoaringBitmap allowed,
      @Nullable RoaringBitmap denied) {
    int[] tokens = buffers.tokens;
    long next = allowed.nextValue(0);
    while (next >= 0 && next < Integer.MAX_VALUE) {
      int count = 0;
      while (count < LISTED_TILE && next >= 0 && next < Integer.MAX_VALUE) {
        if (denied == null || !denied.contains((int) next)) {
          tokens[count++] = (int) next;
        }
        next = allowed.nextValue((int) next + 1);
      }
      for (int q = 0; q < queryCount; q++) {
        buffers.gather.score(table, buffers.query(q), buffers, tokens, count, buffers.scores);
        TopHeap heap = buffers.heap(q);
        for (int i = 0; i < count; i++) {
          heap.offer(buffers.scores[i], tokens[i]); // never NaN, so not what is absent
        }
      }
    }
  }

  private static int firstWorthIt(Chunk chunk, int from, float norm, float threshold) {
    int block = from;
    while (block < chunk.blockCount && tooShort(chunk, block, norm, threshold)) {
      block++;
    }
    return block;
  }

  private static int firstNotWorthIt(Chunk chunk, int from, float norm, float threshold) {
    int block = from;
    while (block < chunk.blockCount && !tooShort(chunk, block, norm, threshold)) {
      block++;
    }
    return block;
  }

  /** Never for a bound that overflowed to NaN; what is added covers products that underflow. */
  private static boolean tooShort(Chunk chunk, int block, float norm, float threshold) {
    return norm * chunk.normMax(block) + Float.MIN_NORMAL < threshold;
  }

  private static void sift(
      ArenaTable table,
      Chunk chunk,
      int fromBlock,
      int toBlock,
      ProjectedQuery query,
      TopHeap heap,
      Readers.Buffers buffers,
      long since,
      @Nullable RoaringBitmap allowed,
      @Nullable RoaringBitmap denied) {
    float[] scores = buffers.scores;
    int end = toBlock * BlockKernel.ROWS;
    int slot = fromBlock * BlockKernel.ROWS - 1;
    while (true) {
      slot = KERNEL.firstAtLeast(scores, slot + 1, end, heap.threshold());
      if (slot == end) {
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
        heap.offer(scores[slot], token);
      }
    }
  }
}
