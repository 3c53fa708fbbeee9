package org.espalier.bench;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.List;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.espalier.embeddings.arena.ArenaTable;

/**
 * Reads a table's memory and does as little as possible with it: what a scan at best could reach. Adds up
 * integers, because bytes that are no floats would make slow ones.
 */
final class PlainRead {

  private static final VectorSpecies<Integer> LANES = IntVector.SPECIES_PREFERRED;
  private static final int STEP = LANES.vectorByteSize();
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private final List<MemorySegment> regions;
  private int sum; // keeps the reads from being dropped

  PlainRead(ArenaTable table) {
    regions = table.rowMemory();
  }

  /** How much one {@link #run} reads. */
  long bytes() {
    return regions.stream().mapToLong(MemorySegment::byteSize).sum();
  }

  /** Reads everything once. */
  void run() {
    for (MemorySegment region : regions) {
      sum += sum(region, Math.toIntExact(region.byteSize()));
    }
  }

  /** The sum of all that was read; of use only in that it needs the reads. */
  int sum() {
    return sum;
  }

  private static int sum(MemorySegment region, int bytes) {
    IntVector a = IntVector.zero(LANES);
    IntVector b = IntVector.zero(LANES);
    IntVector c = IntVector.zero(LANES);
    IntVector d = IntVector.zero(LANES);
    int whole = bytes - bytes % (4 * STEP);
    for (int at = 0; at < whole; at += 4 * STEP) {
      a = a.add(IntVector.fromMemorySegment(LANES, region, at, ORDER));
      b = b.add(IntVector.fromMemorySegment(LANES, region, at + STEP, ORDER));
      c = c.add(IntVector.fromMemorySegment(LANES, region, at + 2L * STEP, ORDER));
      d = d.add(IntVector.fromMemorySegment(LANES, region, at + 3L * STEP, ORDER));
    }
    return a.add(b).add(c.add(d)).reduceLanes(VectorOperators.ADD);
  }
}
