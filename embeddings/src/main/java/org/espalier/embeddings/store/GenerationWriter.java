package org.espalier.embeddings.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.espalier.embeddings.table.MultiSizeTable;
import org.espalier.embeddings.table.TableShape;

/**
 * Writes one generation: its tables, its artefacts, then {@link #commit}. Nobody sees anything of it before that;
 * closing a writer that was not committed, or could not be, drops what it wrote. Used by one thread.
 */
public final class GenerationWriter implements AutoCloseable {

  private static final int ARTEFACTS_MAX = 100;

  private final Generations generations;
  private final int number;
  private final TableFiles files;
  private final List<StoredTable> tables = new ArrayList<>();
  private final List<StoredArtefact> artefacts = new ArrayList<>();
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
    if (!artefacts.isEmpty()) {
      throw new IllegalStateException("tables are written before artefacts");
    }
    if (tables.size() == Rows.TABLES_MAX || shape.dim() > Rows.SIZE_MAX) {
      throw new IllegalArgumentException(
          "table %s: a generation holds %d tables of up to %d dimensions"
              .formatted(shape.name(), Rows.TABLES_MAX, Rows.SIZE_MAX));
    }
    if (tables.stream().anyMatch(before -> before.shape().name().equals(shape.name()))) {
      throw new IllegalArgumentException("table " + shape.name() + " is in generation twice");
    }
    long checksum = TableWriter.write(files, number, tables.size(), table);
    tables.add(new StoredTable(shape, checksum));
    return this;
  }

  /**
   * Adds the content of a file under a name that is new in this generation.
   *
   * @throws StoreException DISK_FULL, or IO, also when the file cannot be read; the writer is then good for
   *     closing only
   */
  public GenerationWriter artefact(String name, Path content) {
    requireOpen();
    if (artefacts.size() == ARTEFACTS_MAX
        || artefacts.stream().anyMatch(before -> before.name().equals(name))) {
      throw new IllegalArgumentException(
          "artefact %s: a generation holds up to %d of different names"
              .formatted(name, ARTEFACTS_MAX));
    }
    try (InputStream in = Files.newInputStream(content)) {
      artefacts.add(Artefacts.write(files, number, artefacts.size(), name, in));
    } catch (IOException e) {
      throw new StoreException(StoreException.Kind.IO, "cannot read " + content + ": " + e, e);
    }
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
      generations.commit(Manifest.of(number, tables, artefacts, draft), files.finish());
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
