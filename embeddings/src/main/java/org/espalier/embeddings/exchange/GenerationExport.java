package org.espalier.embeddings.exchange;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.espalier.embeddings.exchange.ExportedGeneration.Table;
import org.espalier.embeddings.store.Dictionary;
import org.espalier.embeddings.store.Field;
import org.espalier.embeddings.store.Manifest;
import org.espalier.embeddings.store.Store;
import org.espalier.embeddings.store.StoredTable;
import org.espalier.embeddings.store.TableHeader;
import org.espalier.embeddings.table.Basis;
import org.espalier.embeddings.table.Encoding;
import org.espalier.embeddings.table.Projection;
import org.espalier.embeddings.table.SizeGroup;
import org.espalier.embeddings.table.StepListener;
import org.espalier.embeddings.table.TableShape;
import tools.jackson.databind.json.JsonMapper;

/** Writes tables of a generation to a folder, with the dictionary's tokens for ids. Used once. */
public final class GenerationExport {

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final int ROWS_A_REPORT = 4096;

  /** Takes a row on its way to a file. */
  private interface RowSink {
    void row(String id, int size, float[] row) throws IOException;
  }

  @SuppressWarnings("ArrayRecordComponent") // written and thrown away
  private record VectorLine(String id, float[] vector) {}

  @SuppressWarnings("ArrayRecordComponent") // written and thrown away
  record RowLine(String id, float[] row) {}

  private final Store store;
  private final int number;
  private final Path folder;
  private final StepListener listener;

  private GenerationExport(Store store, int number, Path folder, StepListener listener) {
    this.store = store;
    this.number = number;
    this.folder = folder;
    this.listener = listener;
  }

  /**
   * Writes tables.
   *
   * @param tables their names; empty for all of the generation's own dim, which leaves out what is of no
   *     use without an artefact
   * @param folder there, and empty
   * @return how many rows were written
   * @throws ExchangeException when a file cannot be written, or a token has a line's end in it, which
   *     an id file cannot say
   * @throws org.espalier.embeddings.store.StoreException NO_SUCH_GENERATION; DAMAGED
   */
  public static long write(
      Store store, int number, List<String> tables, Form form, Path folder, StepListener listener) {
    Manifest manifest = store.generations().manifest(number);
    List<StoredTable> chosen = new ArrayList<>(manifest.tables());
    chosen.removeIf(table -> table.shape().dim() != manifest.dim());
    if (!tables.isEmpty()) {
      chosen.clear();
      for (String name : tables) {
        chosen.add(
            manifest
                .table(name)
                .orElseThrow(() ->
                    ExchangeException.at(
                        "generation " + number,
                        "has no table '%s', but %s"
                            .formatted(
                                name,
                                manifest.tables().stream()
                                    .map(table -> table.shape().name())
                                    .toList()))));
      }
    }
    List<Table> described = chosen.stream().map(table -> describe(table.shape(), form)).toList();
    GenerationExport export = new GenerationExport(store, number, folder, listener);
    long rows = 0;
    for (Table table : described) {
      rows += export.write(table);
    }
    new ExportedGeneration(
            ExportedGeneration.FORMAT,
            manifest.model(),
            manifest.dim(),
            manifest.parameters(),
            manifest.metrics(),
            described)
        .write(folder);
    return rows;
  }

  private static Table describe(TableShape shape, Form form) {
    List<Encoding> encodings = shape.groups().stream().map(SizeGroup::encoding).distinct().toList();
    if (form == Form.STORED && encodings.size() > 1) {
      throw ExchangeException.at(
          "table " + shape.name(),
          "has rows in %s; stored rows are exported of one encoding, vectors of any"
              .formatted(encodings));
    }
    return new Table(
        shape.name(),
        shape.field(),
        form,
        shape.projection(),
        form == Form.STORED && !encodings.isEmpty() ? encodings.getFirst() : Encoding.FP32,
        shape.groups().stream().map(SizeGroup::size).toList());
  }

  private long write(Table table) {
    TableHeader header = store.generations().header(number, table.name());
    return switch (table.form()) {
      case NPY -> npy(table, header);
      case NDJSON -> vectorLines(table, header);
      case STORED -> storedRows(table, header);
    };
  }

  private long npy(Table table, TableHeader header) {
    Path ids = folder.resolve(table.name() + ".ids.txt");
    float[] vector = new float[header.shape().dim()];
    try (BufferedWriter names = writer(ids);
        NpyWriter vectors =
            NpyWriter.create(folder.resolve(table.name() + ".npy"), header.shape().dim())) {
      return each(
          ids,
          header,
          (id, size, row) -> {
            if (id.indexOf('\n') >= 0 || id.endsWith("\r")) {
              throw ExchangeException.at(
                  ids,
                  "the id '%s' has a line's end in it; export as ndjson".formatted(id.strip()));
            }
            names.write(id);
            names.write('\n');
            toVector(header, size, row, vector);
            vectors.add(vector);
          });
    } catch (IOException e) {
      throw ExchangeException.of(ids, e);
    }
  }

  private long vectorLines(Table table, TableHeader header) {
    Path file = folder.resolve(table.name() + ".ndjson");
    float[] vector = new float[header.shape().dim()];
    try (BufferedWriter lines = writer(file)) {
      return each(
          file,
          header,
          (id, size, row) -> {
            toVector(header, size, row, vector);
            lines.write(JSON.writeValueAsString(new VectorLine(id, vector)));
            lines.write('\n');
          });
    } catch (IOException e) {
      throw ExchangeException.of(file, e);
    }
  }

  private long storedRows(Table table, TableHeader header) {
    matrix(table.name() + ".default.npy", header.shape().dim(), header.defaultRow());
    Basis basis = header.basis();
    if (table.projection() == Projection.NESTED) {
      basis
          .directions(basis.dim())
          .ifPresent(all -> matrix(table.name() + ".basis.npy", basis.dim(), all));
    } else {
      for (int size : table.sizes()) {
        Optional<float[]> directions = size == 0 ? Optional.empty() : basis.directions(size);
        directions.ifPresent(
            of -> matrix("%s.basis-%d.npy".formatted(table.name(), size), basis.dim(), of));
      }
    }
    Path file = folder.resolve(table.name() + ".rows.ndjson");
    try (BufferedWriter lines = writer(file)) {
      return each(
          file,
          header,
          (id, size, row) -> {
            lines.write(JSON.writeValueAsString(new RowLine(id, Arrays.copyOf(row, size))));
            lines.write('\n');
          });
    } catch (IOException e) {
      throw ExchangeException.of(file, e);
    }
  }

  private void matrix(String name, int dim, float[] rowMajor) {
    try (NpyWriter writer = NpyWriter.create(folder.resolve(name), dim)) {
      for (int at = 0; at < rowMajor.length; at += dim) {
        writer.add(Arrays.copyOfRange(rowMajor, at, at + dim));
      }
    }
  }

  /** Hands every row that has an owner on, and returns how many there were. */
  private long each(Path file, TableHeader header, RowSink sink) {
    TableShape shape = header.shape();
    Dictionary dictionary = store.dictionary();
    Field field =
        dictionary
            .field(shape.field())
            .orElseThrow(
                () -> ExchangeException.at(file, "the store has no field " + shape.field()));
    float[] row = new float[shape.dim()];
    long[] count = {0};
    store
        .generations()
        .rows(
            number,
            shape.name(),
            (token, size, encoding, payload) -> {
              String id = dictionary.token(field, token);
              if (id.isEmpty()) {
                return; // erased a moment ago
              }
              encoding.decode(payload, size, row, 0);
              try {
                sink.row(id, size, row);
              } catch (IOException e) {
                throw ExchangeException.of(file, e);
              }
              if (++count[0] % ROWS_A_REPORT == 0) {
                listener.progress("exporting " + shape.name(), count[0], shape.rowCount());
              }
            });
    listener.progress("exporting " + shape.name(), count[0], count[0]);
    return count[0];
  }

  private static void toVector(TableHeader header, int size, float[] row, float[] vector) {
    if (size == 0) {
      System.arraycopy(header.defaultRow(), 0, vector, 0, vector.length);
      return;
    }
    Arrays.fill(vector, 0);
    for (int d = 0; d < size; d++) {
      header.basis().addDirection(size, d, row[d], vector, 0);
    }
  }

  private static BufferedWriter writer(Path file) throws IOException {
    return Files.newBufferedWriter(file, StandardCharsets.UTF_8, StandardOpenOption.CREATE_NEW);
  }
}
