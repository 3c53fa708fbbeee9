package org.espalier.embeddings.exchange;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.espalier.embeddings.exchange.ExportedGeneration.Table;
import org.espalier.embeddings.store.Store;
import org.espalier.embeddings.table.Basis;
import org.espalier.embeddings.table.MultiSizeTable;
import org.espalier.embeddings.table.MultiSizeTableBuilder;

/** A table of an exported folder, read and checked, whose ids are not yet tokens of a store. */
sealed interface ParsedTable extends AutoCloseable {

  /** The model dimension. */
  int dim();

  /** The table, with the tokens that its ids get in a store. */
  MultiSizeTable intoStore(Store store);

  @Override
  void close();

  /** Vectors of the full dimension. */
  record Vectors(Table table, IdentifiedVectors vectors) implements ParsedTable {
    @Override
    public int dim() {
      return vectors.vectors().dim();
    }

    @Override
    public MultiSizeTable intoStore(Store store) {
      return GenerationImport.table(store, table.name(), table.field(), vectors);
    }

    @Override
    public void close() {
      vectors.close();
    }
  }

  /** Rows of the sizes that they were stored with. */
  @SuppressWarnings("ArrayRecordComponent") // read once
  record StoredRows(
      Table table, Basis basis, float[] defaultRow, List<String> ids, List<float[]> rows)
      implements ParsedTable {
    @Override
    public int dim() {
      return basis.dim();
    }

    @Override
    public MultiSizeTable intoStore(Store store) {
      int[] tokens = GenerationImport.tokens(store, table.field(), ids);
      MultiSizeTableBuilder builder =
          MultiSizeTable.builder(table.name(), table.field(), dim())
              .sizes(table.sizes().stream().mapToInt(size -> size).toArray())
              .basis(basis)
              .encoding(table.encoding())
              .defaultRow(defaultRow);
      for (int r = 0; r < tokens.length; r++) {
        float[] row = rows.get(r);
        builder.add(tokens[r], row, 0, row.length);
      }
      return builder.build();
    }

    @Override
    public void close() {}
  }

  /**
   * Reads a table's files.
   *
   * @throws ExchangeException naming file, line and id
   */
  static ParsedTable read(Path folder, Table table) {
    return switch (table.form()) {
      case NPY ->
          new Vectors(
              table,
              IdentifiedVectors.open(
                  folder.resolve(table.name() + ".npy"),
                  Optional.of(folder.resolve(table.name() + ".ids.txt"))));
      case NDJSON ->
          new Vectors(
              table,
              IdentifiedVectors.open(folder.resolve(table.name() + ".ndjson"), Optional.empty()));
      case STORED -> RowFiles.read(folder, table);
    };
  }
}
