package org.espalier.embeddings.arena;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.espalier.embeddings.kernel.BlockKernel;
import org.espalier.embeddings.table.Basis;
import org.espalier.embeddings.table.Encoding;
import org.espalier.embeddings.table.MultiSizeTable;
import org.espalier.embeddings.table.SizeGroup;
import org.espalier.embeddings.table.TableShape;

/**
 * The serving form of a table: off-heap rows in interleaved blocks, which are replaced by publish and
 * never in place. Any number of threads read without a lock while others publish; publishes take
 * turns. A reader sees each row whole, in a version that was current while it read.
 *
 * <p>How a publish goes: write the new row to a free slot, point the index to it (release), retire the
 * old slot, and write to that one again only when no reader can hold it ({@link Readers}).
 *
 * <p>{@link #close} frees the memory; every later call throws {@link IllegalStateException}, also in a
 * reader that close overtook.
 */
public final class ArenaTable implements AutoCloseable {

  private final TableShape shape;
  private final Basis basis;
  private final float[] defaultRow;
  private final SlotGroup[] groups;
  private final TokenIndex index = new TokenIndex();
  private final Readers readers = new Readers();
  private final ChunkDirectory directory = new ChunkDirectory();
  private final Object writing = new Object(); // held by the one that publishes, removes or closes
  private volatile int rowCount; // written under `writing`
  private volatile boolean closed; // written under `writing`

  private ArenaTable(TableShape shape, Basis basis, float[] defaultRow) {
    this.shape = shape;
    this.basis = basis;
    this.defaultRow = defaultRow;
    this.groups = new SlotGroup[shape.groups().size()];
    for (int g = 0; g < groups.length; g++) {
      SizeGroup group = shape.groups().get(g);
      groups[g] = new SlotGroup(g, group);
      if (group.rows() > 0) {
        directory.grow(groups[g], Math.ceilDiv(group.rows(), BlockKernel.ROWS));
      }
    }
  }

  /**
   * A table without rows, with room for those that the shape announces.
   *
   * @param defaultRow the vector of the tokens of size 0, (D) in the model's space
   */
  public static ArenaTable create(TableShape shape, Basis basis, float[] defaultRow) {
    if (basis.dim() != shape.dim() || defaultRow.length != shape.dim()) {
      throw new IllegalArgumentException(
          "table %s has dim %d, its basis %d, its default row %d"
              .formatted(shape.name(), shape.dim(), basis.dim(), defaultRow.length));
    }
    for (SizeGroup group : shape.groups()) {
      if (!basis.supports(group.size())) {
        throw new IllegalArgumentException(
            "table %s has no projection for size %d".formatted(shape.name(), group.size()));
      }
    }
    return new ArenaTable(shape, basis, defaultRow.clone());
  }

  /** A table with the rows of another. */
  public static ArenaTable load(MultiSizeTable source) {
    ArenaTable table = create(source.shape(), source.basis(), source.defaultRow());
    float[] row = new float[source.shape().dim()];
    source.forEachRow(
        (token, size, encoding, payload) -> table.publish(token, encoding, payload, row, size));
    return table;
  }

  public TableShape shape() {
    return shape;
  }

  public int dim() {
    return shape.dim();
  }

  /** Tokens that have a row now, size 0 among them. */
  public int rowCount() {
    return rowCount;
  }

  /** Memory of the rows, the free slots, the index and the way back from a slot to its token. */
  public long bytes() {
    requireOpen();
    return directory.bytes() + index.bytes();
  }

  /**
   * The memory of the rows, read-only: for measuring what reading it costs at least. An access after
   * {@link #close} throws {@link IllegalStateException}.
   */
  public List<MemorySegment> rowMemory() {
    requireOpen();
    return directory.memory();
  }

  public boolean contains(int token) {
    requireOpen();
    return index.find(token) != TokenIndex.ABSENT;
  }

  /** The size of a token's row, or -1 for a token that is absent. */
  public int sizeOf(int token) {
    requireOpen();
    int address = index.find(token);
    return address == TokenIndex.ABSENT ? -1 : directory.of(address).group.size;
  }

  /**
   * Copies a token's vector in the model's space, {@code D} values, to {@code target} from {@code at}.
   *
   * @return false, leaving the target untouched, for a token that is absent
   */
  public boolean copyVector(int token, float[] target, int at) {
    Objects.checkFromIndexSize(at, dim(), target.length);
    Readers.Seat seat = enter();
    try {
      int address = index.find(token);
      if (address == TokenIndex.ABSENT) {
        return false;
      }
      Chunk chunk = directory.of(address);
      if (chunk.group.size == 0) {
        System.arraycopy(defaultRow, 0, target, at, dim());
        return true;
      }
      int slot = Chunk.slotOf(address);
      Arrays.fill(target, at, at + dim(), 0);
      chunk.group.format.addVector(
          chunk.data, chunk.blockAt(slot), Chunk.lane(slot), basis, target, at);
      return true;
    } finally {
      seat.leave();
    }
  }

  /**
   * Scores candidates: {@code scores[i] = query · vector of tokens[i]}, NaN for a token that is absent.
   *
   * @param query (D) in the model's space
   */
  public void score(float[] query, int[] tokens, int count, float[] scores) {
    Objects.checkFromIndexSize(0, count, tokens.length);
    Objects.checkFromIndexSize(0, count, scores.length);
    Readers.Seat seat = enter();
    try {
      ProjectedQuery projected = project(query, seat.buffers());
      for (int i = 0; i < count; i++) {
        int address = index.find(tokens[i]);
        scores[i] = address == TokenIndex.ABSENT ? Float.NaN : scoreAt(address, projected);
      }
    } finally {
      seat.leave();
    }
  }

  /**
   * Gives a token a row, its first or another; it may change its size.
   *
   * @param size one of the sizes of the table's shape
   * @throws IllegalArgumentException naming token and value, for another size, a value that is not
   *     finite, or a negative token
   */
  public void publish(int token, float[] row, int at, int size) {
    Objects.checkFromIndexSize(at, size, row.length);
    int g = shape.groupOf(size);
    if (g < 0) {
      throw invalid(token, "size %d is none of the table's".formatted(size));
    }
    if (token < 0) {
      throw invalid(token, "a token is an id of at least 0");
    }
    Encoding stored = shape.groups().get(g).encoding();
    int bad = stored.firstInvalid(row, at, size);
    if (bad >= 0) {
      throw invalid(token, stored.complaint(bad, row[at + bad]));
    }
    synchronized (writing) {
      requireOpen();
      long publish = readers.clock() + 1;
      int address = freeSlot(groups[g]);
      directory.of(address).write(Chunk.slotOf(address), token, row, at, publish);
      int before = index.find(token);
      index.set(token, address);
      retire(before, publish);
      if (before == TokenIndex.ABSENT) {
        rowCount++;
      }
      readers.advance(publish);
    }
  }

  /** As above, from a stored payload; {@code row} is a buffer of at least {@code size} values. */
  public void publish(int token, Encoding encoding, byte[] payload, float[] row, int size) {
    encoding.decode(payload, size, row, 0);
    publish(token, row, 0, size);
  }

  /**
   * Takes a token's row away.
   *
   * @return false for a token that is absent
   */
  public boolean remove(int token) {
    synchronized (writing) {
      requireOpen();
      int before = index.find(token);
      if (before == TokenIndex.ABSENT) {
        return false;
      }
      long publish = readers.clock() + 1;
      index.set(token, TokenIndex.ABSENT);
      retire(before, publish);
      rowCount--;
      readers.advance(publish);
      return true;
    }
  }

  @Override
  public void close() {
    synchronized (writing) {
      if (!closed) {
        closed = true;
        directory.close();
      }
    }
  }

  // What a search needs. It holds a seat from the first to the last of these calls.

  Readers.Seat enter() {
    Readers.Seat seat = readers.enter();
    if (closed) {
      seat.leave();
      requireOpen();
    }
    return seat;
  }

  ProjectedQuery project(float[] query, Readers.Buffers buffers) {
    if (query.length != dim()) {
      throw new IllegalArgumentException(
          "a query of %d values for table %s of dim %d"
              .formatted(query.length, shape.name(), dim()));
    }
    buffers.query.project(query, shape, basis, defaultRow);
    return buffers.query;
  }

  SlotGroup[] groups() {
    return groups;
  }

  int address(int token) {
    return index.find(token);
  }

  Chunk chunk(int address) {
    return directory.of(address);
  }

  float scoreAt(int address, ProjectedQuery query) {
    Chunk chunk = directory.of(address);
    int slot = Chunk.slotOf(address);
    SlotGroup group = chunk.group;
    return group.format.scoreLane(
        chunk.data, chunk.blockAt(slot), Chunk.lane(slot), query.values(), query.at(group.ordinal));
  }

  private int freeSlot(SlotGroup group) {
    group.reclaim(readers);
    if (!group.hasFree()) {
      directory.grow(group, group.blocksToGrow());
    }
    return group.takeFree();
  }

  private void retire(int address, long publish) {
    if (address != TokenIndex.ABSENT) {
      directory.of(address).group.retire(address, publish);
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("table " + shape.name() + " is closed");
    }
  }

  private IllegalArgumentException invalid(int token, String what) {
    return new IllegalArgumentException(
        "table %s, token %d: %s".formatted(shape.name(), token, what));
  }
}
