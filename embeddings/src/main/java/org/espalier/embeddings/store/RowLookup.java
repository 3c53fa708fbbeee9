package org.espalier.embeddings.store;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.espalier.embeddings.table.RowVisitor;
import org.jspecify.annotations.Nullable;

/**
 * Reads single rows of one stored table, through the block cache, in batches that share their trips to
 * the database. Every row is checked against its own checksum; that none is missing is known to {@link
 * Generations#rows} alone. Any thread may call, and nothing needs to be closed.
 */
public final class RowLookup {

  /** Rows of one call to the database, so that a long list of tokens holds little memory. */
  private static final int BATCH_ROWS = 1024;

  private final Database database;
  private final int generation;
  private final int table;
  private final TableHeader header;

  RowLookup(Database database, int generation, int table, TableHeader header) {
    this.database = database;
    this.generation = generation;
    this.table = table;
    this.header = header;
  }

  /** What precedes the table's rows. */
  public TableHeader header() {
    return header;
  }

  /** The same as {@link #rows(int[], int, int, RowVisitor)} for a whole array. */
  public int rows(int[] tokens, RowVisitor visitor) {
    return rows(tokens, 0, tokens.length, visitor);
  }

  /**
   * Visits the rows of {@code tokens[from .. from + count)} in that order, passing over tokens that the
   * table does not have and those of erased users.
   *
   * @return how many rows of them are in the table, erased ones among them
   * @throws StoreException NO_SUCH_GENERATION, when it is deleted; DAMAGED
   */
  public int rows(int[] tokens, int from, int count, RowVisitor visitor) {
    Objects.checkFromIndexSize(from, count, tokens.length);
    RowCursor cursor = new RowCursor(header.shape());
    List<byte[]> keys = new ArrayList<>(Math.min(count, BATCH_ROWS));
    int found = 0;
    for (int begin = from; begin < from + count; begin += BATCH_ROWS) {
      int end = Math.min(begin + BATCH_ROWS, from + count);
      keys.clear();
      for (int i = begin; i < end; i++) {
        keys.add(Rows.rowKey(generation, table, tokens[i]));
      }
      byte[] @Nullable [] values = database.get(Family.ROWS, keys);
      for (int i = 0; i < values.length; i++) {
        byte[] value = values[i];
        if (value != null) {
          cursor.read(ByteBuffer.wrap(keys.get(i)), ByteBuffer.wrap(value));
          cursor.visit(visitor);
          found++;
        }
      }
    }
    if (found < count && !Manifests.exists(database, generation)) {
      throw Generations.noSuch(generation);
    }
    return found;
  }
}
