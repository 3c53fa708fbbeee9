package org.espalier.embeddings.arena;

import it.unimi.dsi.fastutil.ints.IntArrayList;
import java.util.Arrays;

/**
 * Scores rows that are listed by token, a tile at a time: first all their addresses, then the rows of
 * one size after the other. The reads of a step do not depend on each other and its loops run the same
 * way for every row, so the processor has many cache misses under way at once. Used by one reader.
 */
final class Gather {

  private static final int TILE = 256; // rows; its addresses stay in the first-level cache

  private static final int TOUCHED = 32; // rows; of 64 values they fill a third of that cache

  private final int[] addresses = new int[TILE];
  private final int[] order = new int[TILE]; // positions in the tile, by size group

  @SuppressWarnings("UnusedVariable") // keeps the reads of touch() from being dropped
  private int touched;

  private int[] ends = {}; // of each group's part of the order

  /** {@code scores[i]} becomes the score of {@code tokens[i]}, NaN for one that is absent. */
  void score(
      ArenaTable table,
      ProjectedQuery query,
      Readers.Buffers buffers,
      int[] tokens,
      int count,
      float[] scores) {
    IntArrayList elsewhere = buffers.elsewhere;
    elsewhere.clear();
    for (int from = 0; from < count; from += TILE) {
      tile(table, query, elsewhere, tokens, from, Math.min(TILE, count - from), scores);
    }
    if (!elsewhere.isEmpty()) {
      table.scoreSpilled(tokens, elsewhere, query, buffers, scores);
    }
  }

  private void tile(
      ArenaTable table,
      ProjectedQuery query,
      IntArrayList elsewhere,
      int[] tokens,
      int from,
      int count,
      float[] scores) {
    for (int i = 0; i < count; i++) {
      addresses[i] = table.address(tokens[from + i]);
    }
    SlotGroup[] groups = table.groups();
    sortByGroup(table, groups.length, count);
    int begin = 0;
    for (SlotGroup group : groups) {
      int end = ends[group.ordinal];
      BlockFormat format = group.format;
      int queryAt = query.at(group.ordinal);
      for (int o = begin; o < end; o += TOUCHED) {
        int to = Math.min(end, o + TOUCHED);
        touch(table, format, o, to);
        for (int next = o; next < to; next++) {
          int address = addresses[order[next]];
          Chunk chunk = table.chunk(address);
          int slot = Chunk.slotOf(address);
          scores[from + order[next]] =
              format.scoreLane(
                  chunk.data, chunk.blockAt(slot), Chunk.lane(slot), query.values(), queryAt);
        }
      }
      begin = end;
    }
    for (int o = begin; o < count; o++) {
      scores[from + order[o]] = Float.NaN;
      if (addresses[order[o]] == TokenIndex.SPILLED) {
        elsewhere.add(from + order[o]);
      }
    }
  }

  /**
   * Has some rows on their way into the cache together: scoring takes so many instructions a row that the
   * processor would see no more than two or three rows ahead.
   */
  private void touch(ArenaTable table, BlockFormat format, int from, int to) {
    int bits = 0;
    for (int o = from; o < to; o++) {
      int address = addresses[order[o]];
      Chunk chunk = table.chunk(address);
      int slot = Chunk.slotOf(address);
      bits += format.touch(chunk.data, chunk.blockAt(slot), Chunk.lane(slot));
    }
    touched += bits;
  }

  /** A counting sort; what is not in memory comes last. */
  private void sortByGroup(ArenaTable table, int groupCount, int count) {
    if (ends.length == 0) { // a seat serves one table, so once
      ends = new int[groupCount + 1];
    }
    Arrays.fill(ends, 0);
    for (int i = 0; i < count; i++) {
      ends[ordinal(table, addresses[i], groupCount)]++;
    }
    int sum = 0;
    for (int g = 0; g <= groupCount; g++) {
      int start = sum;
      sum += ends[g];
      ends[g] = start;
    }
    for (int i = 0; i < count; i++) {
      order[ends[ordinal(table, addresses[i], groupCount)]++] = i;
    }
  }

  private static int ordinal(ArenaTable table, int address, int last) {
    return address < 0 ? last : table.chunk(address).ordinal;
  }
}
