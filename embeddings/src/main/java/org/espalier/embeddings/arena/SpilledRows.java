package org.espalier.embeddings.arena;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.espalier.embeddings.kernel.BlockKernel;
import org.espalier.embeddings.table.Basis;
import org.espalier.embeddings.table.Encoding;
import org.espalier.embeddings.table.RowVisitor;
import org.espalier.embeddings.table.SizeGroup;
import org.espalier.embeddings.table.SpillTier;
import org.espalier.embeddings.table.TableShape;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;

/**
 * A table's rows in its {@link SpillTier}. A row that is read is laid out in a block of the reader's own
 * and goes through the same kernels as a row in memory: where it is does not change its score.
 *
 * <p>A row goes to the tier before the index says so, and the index points to its slot before it leaves
 * the tier. A reader that the index sends here and that finds nothing therefore asks the index again.
 */
final class SpilledRows implements AutoCloseable {

  /** A reader's own: the row it looks at. */
  static final class Row {
    private @Nullable MemorySegment block; // of the largest group; freed with its seat
    private float[] values = {};
    private int group;
    private boolean found;
  }

  /** Receives rows that a reader then scores. */
  interface Visitor {
    void row(int token, Row row);
  }

  private final TableShape shape;
  private final SlotGroup[] groups;
  private final @Nullable SpillTier tier;
  private final int[] groupOfSize;
  private final byte[][] payloads; // by group; the writer's
  private final RoaringBitmap[] tokens; // by group; the writer's
  private final AtomicInteger count = new AtomicInteger(); // moves before rows come, after they go

  SpilledRows(TableShape shape, SlotGroup[] groups, @Nullable SpillTier tier) {
    this.shape = shape;
    this.groups = groups;
    this.tier = tier;
    List<SizeGroup> sizes = shape.groups();
    this.groupOfSize = new int[shape.dim() + 1];
    this.payloads = new byte[groups.length][];
    this.tokens = new RoaringBitmap[groups.length];
    for (int g = 0; g < groups.length; g++) {
      groupOfSize[sizes.get(g).size()] = g;
      payloads[g] = new byte[sizes.get(g).encoding().payloadBytes(sizes.get(g).size())];
      tokens[g] = new RoaringBitmap();
    }
  }

  /** Whether there is a tier. */
  boolean possible() {
    return tier != null;
  }

  /** Rows in the tier; 0 is all that a reader without any ever asks. */
  int count() {
    return count.get();
  }

  // Readers.

  /** Looks a token's row up; {@code row} is good for the calls below when this returns true. */
  boolean find(int token, Row row) {
    row.found = false;
    tier().row(token, visitor(row));
    return row.found;
  }

  /** Visits those of some tokens whose row is here, in their order, with one batch of reads. */
  void find(int[] wanted, Row row, Visitor visitor) {
    tier().rows(wanted, wanted.length, then(row, visitor));
  }

  /** The size of a row that was found. */
  int size(Row row) {
    return groups[row.group].size;
  }

  /** Adds the vector of a row that was found; a row of size 0 adds nothing. */
  void addVector(Row row, Basis basis, float[] target, int at) {
    groups[row.group].format.addVector(block(row), 0, 0, basis, target, at);
  }

  /** The score of a row that was found. */
  float score(Row row, ProjectedQuery query) {
    return groups[row.group].format.scoreLane(
        block(row), 0, 0, query.values(), query.at(row.group));
  }

  /** Visits all rows as they were at one moment after the call began. */
  void forEachRow(Row row, Visitor visitor) {
    tier().forEachRow(then(row, visitor));
  }

  private RowVisitor then(Row row, Visitor visitor) {
    RowVisitor layOut = visitor(row);
    return (token, size, encoding, payload) -> {
      layOut.row(token, size, encoding, payload);
      visitor.row(token, row);
    };
  }

  private RowVisitor visitor(Row row) {
    return (token, size, encoding, payload) -> {
      if (row.values.length < size) {
        row.values = new float[shape.dim()];
      }
      encoding.decode(payload, size, row.values, 0);
      row.group = groupOfSize[size];
      groups[row.group].format.write(block(row), 0, 0, row.values, 0);
      row.found = true;
    };
  }

  private MemorySegment block(Row row) {
    MemorySegment block = row.block;
    if (block == null) {
      long bytes = BlockKernel.ROWS;
      for (SlotGroup group : groups) {
        bytes = Math.max(bytes, group.format.blockBytes());
      }
      block = Arena.ofAuto().allocate(bytes, RowMemory.CACHE_LINE);
      row.block = block;
    }
    return block;
  }

  // The writer.

  /** Puts a row into the tier. The index is to say so next. */
  void put(int group, int token, float[] row, int at) {
    SizeGroup sizeGroup = shape.groups().get(group);
    Encoding encoding = sizeGroup.encoding();
    encoding.encode(row, at, sizeGroup.size(), MemorySegment.ofArray(payloads[group]), 0);
    int before = groupOf(token);
    if (before < 0) {
      count.incrementAndGet(); // before the row can be found
    }
    try {
      tier().put(token, sizeGroup.size(), encoding, payloads[group]);
    } catch (RuntimeException e) {
      if (before < 0) {
        count.decrementAndGet();
      }
      throw e;
    }
    if (before >= 0) {
      tokens[before].remove(token);
    }
    tokens[group].add(token);
  }

  /** Takes a row out of the tier. The index says already that it is elsewhere. */
  void remove(int token) {
    tier().remove(token);
    tokens[groupOf(token)].remove(token);
    count.decrementAndGet();
  }

  private int groupOf(int token) {
    int group = tokens.length - 1;
    while (group >= 0 && !tokens[group].contains(token)) {
      group--;
    }
    return group;
  }

  /** The row of a group to bring back first, the lowest token: ids are given as tokens appear; or -1. */
  int first(int group) {
    return tokens[group].isEmpty() ? -1 : tokens[group].first();
  }

  /** Reads a row to bring it back. */
  float[] values(int token, Row row) {
    if (!find(token, row)) {
      throw new IllegalStateException(
          "table %s, token %d: its spilled row is lost".formatted(shape.name(), token));
    }
    return row.values;
  }

  private SpillTier tier() {
    if (tier == null) {
      throw new IllegalStateException("table " + shape.name() + " has no tier to spill to");
    }
    return tier;
  }

  @Override
  public void close() {
    if (tier != null) {
      tier.close();
    }
  }
}
