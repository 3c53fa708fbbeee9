package org.espalier.embeddings.exchange;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.espalier.embeddings.exchange.ExportedGeneration.Table;
import org.espalier.embeddings.store.GenerationWriter;
import org.espalier.embeddings.store.ManifestDraft;
import org.espalier.embeddings.store.Provenance;
import org.espalier.embeddings.store.Store;
import org.espalier.embeddings.table.MultiSizeTable;
import org.espalier.embeddings.table.MultiSizeTableBuilder;

/**
 * A folder that {@link GenerationExport} wrote, read and checked, which can become a generation of any
 * store. Closing lets go of its files.
 */
public final class GenerationImport implements AutoCloseable {

  private static final int TOKENS_A_BATCH = 10_000;

  private final ExportedGeneration described;
  private final List<ParsedTable> tables = new ArrayList<>();

  private GenerationImport(ExportedGeneration described) {
    this.described = described;
  }

  /**
   * Reads a folder.
   *
   * @throws ExchangeException naming file, line and id, for anything but what an export writes
   */
  public static GenerationImport read(Path folder) {
    GenerationImport read = new GenerationImport(ExportedGeneration.read(folder));
    try {
      for (Table table : read.described.tables()) {
        ParsedTable parsed = ParsedTable.read(folder, table);
        read.tables.add(parsed);
        if (parsed.dim() != read.described.dim()) {
          throw ExchangeException.at(
              folder,
              "table %s has %d dimensions, its generation %d"
                  .formatted(table.name(), parsed.dim(), read.described.dim()));
        }
      }
      return read;
    } catch (RuntimeException e) {
      try (read) {
        throw e;
      }
    }
  }

  /**
   * Makes a generation, which is not activated. The dictionary keeps the tokens of one that fails.
   *
   * @param provenance of the new generation
   * @return its number
   */
  public int into(Store store, Instant now, Provenance provenance) {
    return commit(
        store,
        tables.stream().map(table -> table.intoStore(store)).toList(),
        new ManifestDraft(
            now,
            described.model(),
            described.dim(),
            described.parameters(),
            described.metrics(),
            provenance));
  }

  @Override
  public void close() {
    tables.forEach(ParsedTable::close);
  }

  /** Writes tables as one generation, which is not activated, and returns its number. */
  public static int commit(Store store, List<MultiSizeTable> tables, ManifestDraft draft) {
    try (GenerationWriter writer = store.generations().begin()) {
      tables.forEach(writer::table);
      return writer.commit(draft);
    }
  }

  /** Gives ids their tokens, tokens[r] to ids.get(r). */
  public static int[] tokens(Store store, String field, List<String> ids) {
    int[] tokens = new int[ids.size()];
    for (int from = 0; from < tokens.length; from += TOKENS_A_BATCH) {
      int to = Math.min(from + TOKENS_A_BATCH, tokens.length);
      int[] batch = store.intern(field, ids.subList(from, to));
      System.arraycopy(batch, 0, tokens, from, batch.length);
    }
    return tokens;
  }

  /** The table of vectors as they are. */
  public static MultiSizeTable table(
      Store store, String name, String field, IdentifiedVectors all) {
    int dim = all.vectors().dim();
    int[] tokens = tokens(store, field, all.ids());
    MultiSizeTableBuilder builder = MultiSizeTable.builder(name, field, dim).sizes(dim);
    float[] row = new float[dim];
    for (int r = 0; r < tokens.length; r++) {
      all.vectors().read(r, 1, row);
      builder.add(tokens[r], row, 0, dim);
    }
    return builder.build();
  }
}
