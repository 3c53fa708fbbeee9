package org.espalier.embeddings.exchange;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.espalier.embeddings.table.Encoding;
import org.espalier.embeddings.table.Projection;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * What {@value #FILE} says of a folder of tables; see {@link GenerationExport} for the files beside it.
 *
 * @param format version of this
 * @param model the manifest's
 * @param parameters the manifest's
 * @param metrics the manifest's
 */
record ExportedGeneration(
    int format,
    String model,
    int dim,
    Map<String, Object> parameters,
    Map<String, Double> metrics,
    List<Table> tables) {

  static final String FILE = "generation.json";
  static final int FORMAT = 1;

  private static final long BYTES_MAX = 1 << 20;
  private static final String SAFE_NAME = "[A-Za-z0-9_-]{1,64}";
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .build();

  /**
   * A table.
   *
   * @param name and begin of its files' names
   * @param sizes that its rows may have; for {@link Form#STORED}
   */
  record Table(
      String name,
      String field,
      Form form,
      Projection projection,
      Encoding encoding,
      List<Integer> sizes) {

    Table {
      sizes = List.copyOf(sizes);
      if (!name.matches(SAFE_NAME)) {
        throw new IllegalArgumentException(
            "the table's name '%s' is no name for a file; letters, digits, _ and - are"
                .formatted(name));
      }
    }
  }

  ExportedGeneration {
    tables = List.copyOf(tables);
    Set<String> names = tables.stream().map(Table::name).collect(Collectors.toSet());
    if (tables.isEmpty() || names.size() < tables.size()) {
      throw new IllegalArgumentException("no table, or two of one name");
    }
  }

  void write(Path folder) {
    Path file = folder.resolve(FILE);
    try {
      Files.write(file, JSON.writeValueAsBytes(this));
    } catch (IOException e) {
      throw ExchangeException.of(file, e);
    }
  }

  static ExportedGeneration read(Path folder) {
    Path file = folder.resolve(FILE);
    try {
      if (Files.size(file) > BYTES_MAX) {
        throw ExchangeException.at(file, "is too long for what an export writes");
      }
      ExportedGeneration read = JSON.readValue(Files.readAllBytes(file), ExportedGeneration.class);
      if (read.format() != FORMAT) {
        throw ExchangeException.at(
            file, "has format %d; this version reads %d".formatted(read.format(), FORMAT));
      }
      return read;
    } catch (IOException e) {
      throw ExchangeException.of(file, e);
    } catch (JacksonException e) {
      throw ExchangeException.at(
          file,
          "does not describe a generation: "
              + e.getOriginalMessage().lines().findFirst().orElse("unreadable"));
    }
  }
}
