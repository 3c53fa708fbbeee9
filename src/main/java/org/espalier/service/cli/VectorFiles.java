package org.espalier.service.cli;

import java.nio.file.Path;
import java.util.Optional;
import org.espalier.embeddings.exchange.IdentifiedVectors;
import org.espalier.service.console.CommandException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that name vectors made elsewhere. */
final class VectorFiles {

  @Option(
      names = "--items",
      paramLabel = "FILE",
      description =
          "The items' vectors: .npy (float16, float32 or float64; one vector a row), or .ndjson with a line"
              + " {\"id\": \"a\", \"vector\": [0.5, ...]} a vector.")
  private @Nullable Path items;

  @Option(
      names = "--ids",
      paramLabel = "FILE",
      description = "The ids of the vectors of a .npy, one a line.")
  private @Nullable Path ids;

  @Option(
      names = "--queries",
      paramLabel = "FILE",
      description =
          "Vectors that the items are scored with by inner product, as users' vectors are.")
  private @Nullable Path queries;

  @Option(
      names = "--query-ids",
      paramLabel = "FILE",
      description =
          "Users' ids of the queries of a .npy, one a line; with them rankings for these users are answered.")
  private @Nullable Path queryIds;

  boolean given() {
    return items != null;
  }

  /** Opens the items, which have ids. */
  IdentifiedVectors openItems() {
    if (items == null) {
      throw new CommandException("name the items' vectors with --items");
    }
    IdentifiedVectors opened = IdentifiedVectors.open(items, Optional.ofNullable(ids));
    if (opened.ids().size() == opened.vectors().count()) {
      return opened;
    }
    try (opened) {
      throw new CommandException(items + ": name the file of the vectors' ids with --ids");
    }
  }

  /** Opens the queries, which may be without ids; null when there are none. */
  @Nullable IdentifiedVectors openQueries() {
    if (queries == null && queryIds != null) {
      throw new CommandException("--query-ids name the vectors of --queries");
    }
    return queries == null ? null : IdentifiedVectors.open(queries, Optional.ofNullable(queryIds));
  }
}
