package org.espalier.embeddings.store;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a committed generation is made of and where it comes from; see {@link ManifestDraft} for the
 * components that its maker gave.
 *
 * @param format version of the manifest itself
 * @param number the generation's number, from 1, never given twice
 */
public record Manifest(
    int format,
    int number,
    Instant created,
    String model,
    int dim,
    List<StoredTable> tables,
    Map<String, Object> parameters,
    Map<String, Double> metrics,
    Provenance provenance,
    @Nullable List<StoredArtefact> artefacts) {

  /** The version that this code writes. */
  public static final int FORMAT = 1;

  public Manifest {
    tables = List.copyOf(tables);
    artefacts = artefacts == null ? List.of() : List.copyOf(artefacts);
    parameters = ManifestDraft.scalars(parameters);
    metrics = ManifestDraft.finite(metrics);
  }

  static Manifest of(
      int number, List<StoredTable> tables, List<StoredArtefact> artefacts, ManifestDraft draft) {
    return new Manifest(
        FORMAT,
        number,
        draft.created(),
        draft.model(),
        draft.dim(),
        tables,
        draft.parameters(),
        draft.metrics(),
        draft.provenance(),
        artefacts);
  }

  /** What there is beside the tables; none in manifests from before there was any. */
  @Override
  public List<StoredArtefact> artefacts() {
    return Objects.requireNonNull(artefacts);
  }

  /** Whether the generation has an artefact of this name. */
  public boolean hasArtefact(String name) {
    return artefacts().stream().anyMatch(artefact -> artefact.name().equals(name));
  }

  /** A table by its name. */
  public Optional<StoredTable> table(String name) {
    return tables.stream().filter(table -> table.shape().name().equals(name)).findFirst();
  }

  /**
   * A numeric parameter.
   *
   * @throws IllegalArgumentException when there is no such parameter, or it is no number
   */
  public double number(String parameter) {
    if (parameters.get(parameter) instanceof Number number) {
      return number.doubleValue();
    }
    throw new IllegalArgumentException(
        "generation %d has no number '%s' among its parameters".formatted(number, parameter));
  }
}
