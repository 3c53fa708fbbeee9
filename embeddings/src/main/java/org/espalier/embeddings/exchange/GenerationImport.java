package org.espalier.embeddings.exchange;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.espalier.embeddings.exchange.ExportedGeneration.Table;
import org.espalier.embeddings.store.GenerationWriter;
import org.espalier.embeddings.store.ManifestDraft;
import org.espalier.embeddings.store.Provenance;
import org.espalier.embeddings.store.Store;
import org.espalier.embeddings.table.Basis;
import org.espalier.embeddings.table.MultiSizeTable;
import org.espalier.embeddings.table.MultiSizeTableBuilder;
import org.espalier.embeddings.table.Projection;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.json.JsonMapper;

/**
 * A folder that {@link GenerationExport} wrote, read and checked, which can become a generation of any
 * store. Closing lets go of its files.
 */
public final class GenerationImport implements AutoCloseable {

  private static final int TOKENS_A_BATCH = 10_000;
  private static final int LINE_BYTES_MAX = 1 << 20;
  private static final ObjectReader ROW =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build()
          .readerFor(GenerationExport.RowLine.class);

  private final ExportedGeneration described;
  private final List<Parsed> tables = new ArrayList<>();

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
        Parsed parsed = parse(folder, table);
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
    tables.forEach(Parsed::close);
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

  /** A table that is read and checked, and whose ids are not yet tokens. */
  private interface Parsed {
    int dim();

    MultiSizeTable intoStore(Store store);

    void close();
  }

  private record ParsedVectors(Table table, IdentifiedVectors vectors) implements Parsed {
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

  @SuppressWarnings("ArrayRecordComponent") // read once
  private record ParsedRows(
      Table table, Basis basis, float[] defaultRow, List<String> ids, List<float[]> rows)
      implements Parsed {
    @Override
    public int dim() {
      return basis.dim();
    }

    @Override
    public MultiSizeTable intoStore(Store store) {
      int[] tokens = tokens(store, table.field(), ids);
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

  private static Parsed parse(Path folder, Table table) {
    return switch (table.form()) {
      case NPY ->
          new ParsedVectors(
              table,
              IdentifiedVectors.open(
                  folder.resolve(table.name() + ".npy"),
                  Optional.of(folder.resolve(table.name() + ".ids.txt"))));
      case NDJSON ->
          new ParsedVectors(
              table,
              IdentifiedVectors.open(folder.resolve(table.name() + ".ndjson"), Optional.empty()));
      case STORED -> parseRows(folder, table);
    };
  }

  private static ParsedRows parseRows(Path folder, Table table) {
    float[] defaultRow = matrix(folder.resolve(table.name() + ".default.npy"));
    int dim = defaultRow.length;
    Basis basis = basis(folder, table, dim);
    Path file = folder.resolve(table.name() + ".rows.ndjson");
    Ids ids = new Ids();
    List<float[]> rows = new ArrayList<>();
    try (Lines lines = Lines.open(file, LINE_BYTES_MAX)) {
      for (String text = lines.next(); text != null; text = lines.next()) {
        GenerationExport.RowLine line = parse(text, lines);
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
    return new ParsedRows(table, basis, defaultRow, ids.list(), rows);
  }

  private static GenerationExport.RowLine parse(String text, Lines lines) {
    try {
      return ROW.readValue(text);
    } catch (JacksonException e) {
      throw lines.fault(
          "is not as {\"id\": \"a\", \"row\": [0.5, 1]}: "
              + e.getOriginalMessage().lines().findFirst().orElse("unreadable"));
    }
  }

  private static Basis basis(Path folder, Table table, int dim) {
    if (table.projection() == Projection.NESTED) {
      Path file = folder.resolve(table.name() + ".basis.npy");
      if (!Files.exists(file)) {
        return Basis.identity(dim);
      }
      return checked(file, () -> Basis.rotated(dim, matrix(file)));
    }
    Map<Integer, float[]> matrices = new HashMap<>();
    for (int size : table.sizes()) {
      if (size > 0) {
        matrices.put(size, matrix(folder.resolve("%s.basis-%d.npy".formatted(table.name(), size))));
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

  private static float[] matrix(Path file) {
    try (IdentifiedVectors read = IdentifiedVectors.open(file, Optional.empty())) {
      float[] rowMajor = new float[read.vectors().count() * read.vectors().dim()];
      read.vectors().read(0, read.vectors().count(), rowMajor);
      return rowMajor;
    }
  }
}
