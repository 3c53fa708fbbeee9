package org.espalier.embeddings.exchange;

import it.unimi.dsi.fastutil.floats.FloatArrayList;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.espalier.embeddings.table.VectorSource;

/**
 * Vectors of which each has an id, checked: all finite, no id twice. Closing lets go of the file.
 *
 * @param ids ids[r] is that of vector r; empty for vectors without ids
 */
public record IdentifiedVectors(List<String> ids, VectorSource vectors) implements AutoCloseable {

  /** A line of a file of JSON. */
  @SuppressWarnings("ArrayRecordComponent") // read and thrown away
  private record Line(String id, float[] vector) {}

  private static final int ROWS = 1024;
  private static final int LINE_BYTES_MAX = 1 << 20;
  private static final JsonLine<Line> LINE =
      JsonLine.of(Line.class, "{\"id\": \"a\", \"vector\": [0.5, 1]}");

  /**
   * Opens a file.
   *
   * @param vectors {@code .ndjson} with a line {@code {"id": "a", "vector": [0.1, …]}} a vector, or
   *     {@code .npy}
   * @param ids of a {@code .npy}, one a line; without them the vectors have none
   * @throws ExchangeException naming file, row and id
   */
  public static IdentifiedVectors open(Path vectors, Optional<Path> ids) {
    if (vectors.toString().endsWith(".ndjson")) {
      if (ids.isPresent()) {
        throw ExchangeException.at(ids.get(), "is not needed: " + vectors + " has its own ids");
      }
      return readLines(vectors);
    }
    NpyFile file = NpyFile.open(vectors);
    try {
      List<String> names = ids.map(Ids::read).orElse(List.of());
      if (ids.isPresent() && names.size() != file.count()) {
        throw ExchangeException.at(
            ids.get(),
            "has %d ids for the %d vectors of %s".formatted(names.size(), file.count(), vectors));
      }
      IdentifiedVectors opened = new IdentifiedVectors(names, file);
      opened.requireFinite();
      return opened;
    } catch (RuntimeException e) {
      try (file) {
        throw e;
      }
    }
  }

  private void requireFinite() {
    int dim = vectors.dim();
    float[] block = new float[ROWS * dim];
    for (int from = 0; from < vectors.count(); from += ROWS) {
      int rows = Math.min(ROWS, vectors.count() - from);
      vectors.read(from, rows, block);
      for (int i = 0; i < rows * dim; i++) {
        if (!Float.isFinite(block[i])) {
          int row = from + i / dim;
          throw ExchangeException.at(
              vectors.name(),
              "row %d%s, value %d is %s"
                  .formatted(
                      row,
                      ids.isEmpty() ? "" : " (id '%s')".formatted(ids.get(row)),
                      i % dim,
                      block[i]));
        }
      }
    }
  }

  private static IdentifiedVectors readLines(Path path) {
    Ids ids = new Ids();
    FloatArrayList values = new FloatArrayList();
    int dim = 0;
    try (Lines lines = Lines.open(path, LINE_BYTES_MAX)) {
      for (String text = lines.next(); text != null; text = lines.next()) {
        Line line = LINE.read(text, lines);
        dim = dim == 0 ? line.vector().length : dim;
        requireVector(line.vector(), dim, lines);
        ids.add(line.id(), lines);
        values.addElements(values.size(), line.vector());
      }
    }
    if (dim == 0) {
      throw ExchangeException.at(path, "has no vectors");
    }
    return new IdentifiedVectors(
        ids.list(), VectorSource.of(path.toString(), dim, values.toFloatArray()));
  }

  private static void requireVector(float[] vector, int dim, Lines lines) {
    if (vector.length == 0 || vector.length > NpyHeader.DIM_MAX) {
      throw lines.fault(
          "has %d dimensions; 1 to %d are read".formatted(vector.length, NpyHeader.DIM_MAX));
    }
    if (vector.length != dim) {
      throw lines.fault("has %d dimensions, the first line %d".formatted(vector.length, dim));
    }
    for (int d = 0; d < dim; d++) {
      if (!Float.isFinite(vector[d])) {
        throw lines.fault("value %d is %s".formatted(d, vector[d]));
      }
    }
  }

  @Override
  public void close() {
    if (vectors instanceof NpyFile file) {
      file.close();
    }
  }
}
