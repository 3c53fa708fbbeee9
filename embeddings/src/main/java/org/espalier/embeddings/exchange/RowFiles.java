package org.espalier.embeddings.exchange;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.espalier.embeddings.exchange.ExportedGeneration.Table;
import org.espalier.embeddings.exchange.ParsedTable.StoredRows;
import org.espalier.embeddings.table.Basis;
import org.espalier.embeddings.table.Projection;

/** Reads the files of {@link Form#STORED}. */
final class RowFiles {

  private static final int LINE_BYTES_MAX = 1 << 20;
  private static final JsonLine<GenerationExport.RowLine> ROW =
      JsonLine.of(GenerationExport.RowLine.class, "{\"id\": \"a\", \"row\": [0.5, 1]}");

  private RowFiles() {}

  static StoredRows read(Path folder, Table table) {
    float[] defaultRow = matrix(folder.resolve(table.name() + ".default.npy"), 1);
    int dim = defaultRow.length;
    Basis basis = basis(folder, table, dim);
    Path file = folder.resolve(table.name() + ".rows.ndjson");
    Ids ids = new Ids();
    List<float[]> rows = new ArrayList<>();
    try (Lines lines = Lines.open(file, LINE_BYTES_MAX)) {
      for (String text = lines.next(); text != null; text = lines.next()) {
        GenerationExport.RowLine line = ROW.read(text, lines);
        ids.add(line.id(), lines);
        if (!table.sizes().contains(line.row().length)) {
          throw lines.fault(
              "a row of %d values; the table has the sizes %s"
                  .formatted(line.row().length, table.sizes()));
        }
        for (float value : line.row()) {
          if (!Float.isFinite(value)) {
            throw lines.fault("the row of '%s' has the value %s".formatted(line.id(), value));
          }
        }
        rows.add(line.row());
      }
    }
    return new StoredRows(table, basis, defaultRow, ids.list(), rows);
  }

  private static Basis basis(Path folder, Table table, int dim) {
    if (table.projection() == Projection.NESTED) {
      Path file = folder.resolve(table.name() + ".basis.npy");
      if (!Files.exists(file)) {
        return Basis.identity(dim);
      }
      return checked(file, () -> Basis.rotated(dim, matrix(file, dim)));
    }
    Map<Integer, float[]> matrices = new HashMap<>();
    for (int size : table.sizes()) {
      if (size > 0) {
        matrices.put(
            size, matrix(folder.resolve("%s.basis-%d.npy".formatted(table.name(), size)), size));
      }
    }
    return checked(folder, () -> Basis.projected(dim, matrices));
  }

  private interface Make {
    Basis make();
  }

  private static Basis checked(Path file, Make make) {
    try {
      return make.make();
    } catch (IllegalArgumentException e) {
      throw ExchangeException.at(file, String.valueOf(e.getMessage()));
    }
  }

  private static float[] matrix(Path file, int rows) {
    try (IdentifiedVectors read = IdentifiedVectors.open(file, Optional.empty())) {
      if (read.vectors().count() != rows) {
        throw ExchangeException.at(
            file, "has %d rows, not %d".formatted(read.vectors().count(), rows));
      }
      float[] rowMajor = new float[read.vectors().count() * read.vectors().dim()];
      read.vectors().read(0, read.vectors().count(), rowMajor);
      return rowMajor;
    }
  }
}
