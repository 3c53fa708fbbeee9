package org.espalier.embeddings.arena;

import it.unimi.dsi.fastutil.ints.IntArrayList;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
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
 * <p>This is the reading side; {@link ArenaWriter} publishes. Rows beyond a ceiling ({@link ArenaMemory})
 * are in a tier on disk, where every method finds them too, only slower.
 *
 * <p>{@link #close} frees the memory; every later call throws {@link IllegalStateException}, also in a
 * reader that close overtook.
 */
public final class ArenaTable implements AutoCloseable {

  private static final int LOCATE_TRIES = 10_000;

  private final TableShape shape;
  private final Basis basis;
  private final float[] defaultRow;
  private final SlotGroup[] groups;
  private final TokenIndex index = new TokenIndex();
  private final Readers readers = new Readers();
  private final ChunkDirectory directory = new ChunkDirectory();
  private final SpilledRows spilled;
  private final ArenaWriter writer;

  private ArenaTable(TableShape shape, Basis basis, float[] defaultRow, ArenaMemory memory) {
    this.shape = shape;
    this.basis = basis;
    this.defaultRow = defaultRow;
    this.groups = new SlotGroup[shape.groups().size()];
    for (int g = 0; g < groups.length; g++) {
      groups[g] = new SlotGroup(g, shape.groups().get(g));
    }
    this.spilled = new SpilledRows(shape, groups, memory.tier());
    this.writer = new ArenaWriter(shape, groups, index, readers, directory, spilled, memory);
    writer.reserve();
  }

  /**
   * A table without rows, with room for those that the shape announces.
   *
   * @param defaultRow the vector of the tokens of size 0, (D) in the model's space
   */
  public static ArenaTable create(TableShape shape, Basis basis, float[] defaultRow) {
    return create(shape, basis, defaultRow, ArenaMemory.unlimited());
  }

  /**
   * A table without rows. Those that come first are in memory; give it the popular ones first.
   *
   * @param memory its tier is the table's from now on
   */
  public static ArenaTable create(
      TableShape shape, Basis basis, float[] defaultRow, ArenaMemory memory) {
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
    return new ArenaTable(shape, basis, defaultRow.clone(), memory);
  }

  /** A table without rows whose rows stand in the model's space as this one's do. */
  ArenaTable emptyCopy(TableShape wanted) {
    return create(wanted, basis, defaultRow);
  }

  /** A table with the rows of another. */
  public static ArenaTable load(MultiSizeTable source) {
    return load(source, ArenaMemory.unlimited());
  }

  /**
   * A table with the rows of another, those with the lowest tokens in memory.
   *
   * @param memory its tier is the table's from now on
   */
  public static ArenaTable load(MultiSizeTable source, ArenaMemory memory) {
    ArenaTable table = create(source.shape(), source.basis(), source.defaultRow(), memory);
    try {
      float[] row = new float[source.shape().dim()];
      source.forEachRow(
          (token, size, encoding, payload) -> table.publish(token, encoding, payload, row, size));
      return table;
    } catch (RuntimeException e) {
      try (table) {
        throw e;
      }
    }
  }

  public TableShape shape() {
    return shape;
  }

  public int dim() {
    return shape.dim();
  }

  /** Tokens that have a row now, size 0 among them. */
  public int rowCount() {
    return writer.rowCount();
  }

  /** How many of them are not in memory. */
  public int spilledRowCount() {
    return spilled.count();
  }

  /** Memory of the rows, the free slots, the index and the way back from a slot to its token. */
  public long bytes() {
    writer.requireOpen();
    return directory.bytes() + index.bytes();
  }

  /**
   * The memory of the rows, read-only: for measuring what reading it costs at least. An access after
   * {@link #close} throws {@link IllegalStateException}.
   */
  public List<MemorySegment> rowMemory() {
    writer.requireOpen();
    return directory.memory();
  }

  public boolean contains(int token) {
    writer.requireOpen();
    return index.find(token) != TokenIndex.ABSENT;
  }

  /** The size of a token's row, or -1 for a token that is absent. */
  public int sizeOf(int token) {
    writer.requireOpen();
    int address = index.find(token);
    if (address >= 0) {
      return directory.of(address).group.size;
    }
    if (address == TokenIndex.ABSENT) {
      return -1;
    }
    Readers.Seat seat = enter();
    try {
      SpilledRows.Row row = seat.buffers().spilled;
      address = locate(token, row);
      return switch (address) {
        case TokenIndex.ABSENT -> -1;
        case TokenIndex.SPILLED -> spilled.size(row);
        default -> directory.of(address).group.size; // it came back
      };
    } finally {
      seat.leave();
    }
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
      SpilledRows.Row row = seat.buffers().spilled;
      int address = locate(token, row);
      if (address == TokenIndex.ABSENT) {
        return false;
      }
      if (address == TokenIndex.SPILLED) {
        copySpilled(row, target, at);
        return true;
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

  private void copySpilled(SpilledRows.Row row, float[] target, int at) {
    if (spilled.size(row) == 0) {
      System.arraycopy(defaultRow, 0, target, at, dim());
    } else {
      Arrays.fill(target, at, at + dim(), 0);
      spilled.addVector(row, basis, target, at);
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
      Readers.Buffers buffers = seat.buffers();
      ProjectedQuery projected = buffers.query(0);
      project(query, projected);
      buffers.gather.score(this, projected, buffers, tokens, count, scores);
    } finally {
      seat.leave();
    }
  }

  /** Scores the tokens at some positions with one batch of reads from the tier. */
  void scoreSpilled(
      int[] tokens,
      IntArrayList positions,
      ProjectedQuery query,
      Readers.Buffers buffers,
      float[] scores) {
    int[] wanted = new int[positions.size()];
    for (int p = 0; p < wanted.length; p++) {
      wanted[p] = tokens[positions.getInt(p)];
    }
    IntArrayList moved = new IntArrayList(); // positions of rows that are in memory or gone by now
    int[] next = {0};
    spilled.find(
        wanted,
        buffers.spilled,
        (token, row) -> {
          while (wanted[next[0]] != token) {
            moved.add(positions.getInt(next[0]++));
          }
          scores[positions.getInt(next[0]++)] = spilled.score(row, query);
        });
    moved.addElements(moved.size(), positions.elements(), next[0], wanted.length - next[0]);
    moved.forEach(i -> scores[i] = scoreSpilled(tokens[i], query, buffers));
  }

  /**
   * Gives a token a row, its first or another; it may change its size. Replaced rows wait until no reader
   * can hold them. Without a ceiling, when an eighth of a size's slots wait (and at least 4,096), a
   * publish waits too, for the table's patience at most; under a ceiling it spills instead.
   *
   * @param size one of the sizes of the table's shape
   * @throws IllegalStateException when a reader has been inside for longer than that; nothing has changed
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
    writer.publish(token, row, at, g);
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
    return writer.remove(token);
  }

  @Override
  public void close() {
    writer.close();
  }

  // What a search needs. It holds a seat from the first to the last of these calls.

  Readers.Seat enter() {
    writer.requireOpen();
    return readers.enter();
  }

  void project(float[] query, ProjectedQuery target) {
    if (query.length != dim()) {
      throw new IllegalArgumentException(
          "a query of %d values for table %s of dim %d"
              .formatted(query.length, shape.name(), dim()));
    }
    target.project(query, shape, basis, defaultRow);
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

  /**
   * The score of a token whose row the index says is not in memory, NaN for one that is absent. It may
   * be in memory by now.
   */
  float scoreSpilled(int token, ProjectedQuery query, Readers.Buffers buffers) {
    int address = locate(token, buffers.spilled);
    return switch (address) {
      case TokenIndex.ABSENT -> Float.NaN;
      case TokenIndex.SPILLED -> spilled.score(buffers.spilled, query);
      default -> scoreAt(address, query);
    };
  }

  SpilledRows spilled() {
    return spilled;
  }

  /** Where a token's row is; when that is SPILLED, {@code row} holds it. */
  private int locate(int token, SpilledRows.Row row) {
    for (int tries = 0; tries < LOCATE_TRIES; tries++) {
      int address = index.find(token);
      if (address != TokenIndex.SPILLED || spilled.find(token, row)) {
        return address;
      } // else it came back to memory in between
    }
    throw new IllegalStateException(
        "table %s, token %d: its spilled row is lost".formatted(shape.name(), token));
  }

  private IllegalArgumentException invalid(int token, String what) {
    return new IllegalArgumentException(
        "table %s, token %d: %s".formatted(shape.name(), token, what));
  }
}
