package org.espalier.service.generations;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.espalier.embeddings.store.Manifest;
import org.espalier.embeddings.store.StoredTable;
import org.espalier.embeddings.table.SizeGroup;
import org.jspecify.annotations.Nullable;

/**
 * A generation as callers see it.
 *
 * @param active whether it is the one that answers
 * @param pinned whether it may not be deleted
 * @param dim length of vectors in the model's space
 * @param bytes of all rows as they are stored
 * @param parameters what its maker recorded for serving and later training
 * @param metrics what its evaluation measured
 */
@Schema(name = "Generation")
record GenerationView(
    @Schema(example = "3") int generation,
    boolean active,
    boolean pinned,
    @JsonProperty("pin_reason") @Nullable String pinReason,
    @Schema(example = "mf") String model,
    int dim,
    @JsonProperty("created_at") String createdAt,
    long bytes,
    List<Table> tables,
    @Schema(ref = "#/components/schemas/JsonObject") Map<String, Object> parameters,
    Map<String, Double> metrics,
    Origin origin) {

  /**
   * One table.
   *
   * @param values numbers that its rows store
   * @param sizes its rows by their size
   */
  @Schema(name = "GenerationTable")
  record Table(String name, long rows, long values, long bytes, List<Size> sizes) {}

  /** The rows of one size. */
  @Schema(name = "SizeGroup")
  record Size(int size, int rows, String encoding, long bytes) {}

  /**
   * Where it comes from.
   *
   * @param fromSequence first event that it was trained on
   * @param toSequence last event that it was trained on
   */
  @Schema(name = "GenerationOrigin")
  record Origin(
      long seed,
      @JsonProperty("from_sequence") long fromSequence,
      @JsonProperty("to_sequence") long toSequence,
      @JsonProperty("code_version") String codeVersion,
      String kernel,
      List<Integer> parents) {}

  static GenerationView of(Manifest manifest, boolean active, Optional<GenerationNote> note) {
    return new GenerationView(
        manifest.number(),
        active,
        note.map(GenerationNote::pinned).orElse(false),
        note.map(GenerationNote::reason).orElse(null),
        manifest.model(),
        manifest.dim(),
        manifest.created().toString(),
        bytes(manifest),
        manifest.tables().stream().map(GenerationView::table).toList(),
        manifest.parameters(),
        manifest.metrics(),
        new Origin(
            manifest.provenance().seed(),
            manifest.provenance().fromSequence(),
            manifest.provenance().toSequence(),
            manifest.provenance().codeVersion(),
            manifest.provenance().kernel(),
            manifest.provenance().parents()));
  }

  static long bytes(Manifest manifest) {
    return manifest.tables().stream().mapToLong(table -> table.shape().payloadBytes()).sum();
  }

  static Table table(StoredTable table) {
    return new Table(
        table.shape().name(),
        table.shape().rowCount(),
        table.shape().groups().stream()
            .mapToLong(group -> (long) group.rows() * group.size())
            .sum(),
        table.shape().payloadBytes(),
        table.shape().groups().stream().map(GenerationView::size).toList());
  }

  private static Size size(SizeGroup group) {
    return new Size(group.size(), group.rows(), group.encoding().toString(), group.payloadBytes());
  }
}
