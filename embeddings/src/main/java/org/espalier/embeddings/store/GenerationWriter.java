package org.espalier.embeddings.store;

import java.util.ArrayList;
import java.util.List;
import org.espalier.embeddings.table.MultiSizeTable;
import org.espalier.embeddings.table.TableShape;

/**
 * Writes one generation: its tables, then {@link #commit}. Nobody sees anything of it before that;
 * closing a writer that was not committed, or could not be, drops what it wrote. Used by one thread.
 */
public final class GenerationWriter implements AutoCloseable {

  private static final int TABLES_MAX = 0xffff;

  private final Generations generations;
  private final int number;
  private final TableFiles files;
  private final List<StoredTable> tables = new ArrayList<>();
  private boolean open = true;

  GenerationWriter(Generations generations, int number, TableFiles files) {
    this.generations = generations;
    this.number = number;
    this.files = files;
  }

  /** The number that the generation has once it is committed. */
  public int number() {
    return number;
  }

  /**
   * Adds a table; its name must be new in this generation.
   *
   * @throws StoreException DISK_FULL, or IO; the writer is then good for closing only
   */
  public GenerationWriter table(MultiSizeTable table) {
    TableShape shape = table.shape();
    requireOpen();
    if (tables.size() == TABLES_MAX || shape.dim() > Rows.SIZE_MAX) {
      throw new IllegalArgumentException(
          "table %s: a generation holds %d tables of up to %d dimensions"
              .formatted(shape.name(), TABLES_MAX, Rows.SIZE_MAX));
    }
    if (tables.stream().anyMatch(before -> before.shape().name().equals(shape.name()))) {
      throw new IllegalArgumentException("table " + shape.name() + " is in generation twice");
    }
    long checksum = TableWriter.write(files, number, tables.size(), table);
    tables.add(new StoredTable(shape, checksum));
    return this;
  }

  /**
   * Makes the generation durable and visible, not yet active, and closes the writer.
   *
   * @return its number
   * @throws StoreException DISK_FULL, or IO; there is then no such generation
   */
  public int commit(ManifestDraft draft) {
    requireOpen();
    if (tables.isEmpty()) {
      throw new IllegalStateException("a generation without tables");
    }
    try (this) {
      generations.commit(Manifest.of(number, tables, draft), files.finish());
      return number;
    }
  }

  private void requireOpen() {
    if (!open) {
      throw new IllegalStateException("the writer of generation " + number + " is closed");
    }
  }

  @Override
  public void close() {
    if (open) {
      open = false;
      try (files) {
        // closes the files, and removes those that were not taken over
      } finally {
        generations.writerClosed(number);
      }
    }
  }
}
