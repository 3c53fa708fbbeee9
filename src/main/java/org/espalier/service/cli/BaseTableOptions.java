package org.espalier.service.cli;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.espalier.kgat.model.BaseSizes;
import org.espalier.kgat.model.BaseSizing;
import org.espalier.kgat.train.BaseSizeSearch;
import org.espalier.kgat.train.PropagatorSpec;
import org.espalier.learning.data.DataFolder;
import org.espalier.service.console.Console;
import org.espalier.service.propagation.BaseSaliency;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How many numbers a propagator's node table has, and who gets them. */
final class BaseTableOptions {

  /** Epochs of the full-size model before saliency is taken. */
  private static final int WARM_UP_EPOCHS = 3;

  /** How sizes are found. */
  enum BaseMethod {
    PME,
    DEGREE,
    UNIFORM
  }

  @Option(
      names = "--base-keep",
      defaultValue = "1",
      description =
          "Of lightgcn and kgat's preset paper: the share of the node table's numbers that is stored (default:"
              + " ${DEFAULT-VALUE}).")
  private double keep;

  @Option(
      names = "--base-method",
      description =
          "With --base-keep: sizes by the saliency of a short warm-up (pme), by the root of a node's degree (degree), or"
              + " one for all (uniform) (default: degree).")
  private @Nullable BaseMethod method;

  /** Whether anything but full rows was asked for. */
  boolean given() {
    return keep != 1 || method != null;
  }

  /** A specification with the sizes, and what the report says of them. */
  record Sized(PropagatorSpec.Layered spec, Map<String, Object> fields) {}

  /**
   * Finds the sizes.
   *
   * @param knowledge whether the folder's triples are used
   * @throws IllegalArgumentException when the options contradict each other, or a budget has no room
   */
  Sized size(
      PropagatorSpec.Layered full, DataFolder folder, boolean knowledge, long seed, int threads) {
    if (!given()) {
      return new Sized(full, Map.of());
    }
    if (keep == 1) {
      throw new IllegalArgumentException("--base-method needs a --base-keep below 1");
    }
    BaseMethod by = method == null ? BaseMethod.DEGREE : method;
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("base_method", by.name().toLowerCase(Locale.ROOT));
    fields.put("base_keep", keep);
    BaseSizing sizing =
        switch (by) {
          case DEGREE -> (graph, dim) -> BaseSizes.byDegree(graph, dim, keep);
          case UNIFORM -> (graph, dim) -> BaseSizes.uniform(graph, dim, keep);
          case PME -> {
            BaseSizeSearch.Found found = search(full, folder, knowledge, seed, threads);
            fields.put("base_numbers", found.sizes().total());
            fields.put("warm_up_seconds", found.warmUp().toNanos() * 1e-9);
            fields.put("search_seconds", found.total().toNanos() * 1e-9);
            yield (_, _) -> found.sizes();
          }
        };
    return new Sized(full.withSizing(sizing), fields);
  }

  private BaseSizeSearch.Found search(
      PropagatorSpec.Layered full, DataFolder folder, boolean knowledge, long seed, int threads) {
    BaseSaliency rule = new BaseSaliency(keep); // a wrong budget is refused before any work
    try (var progress = new TrainingProgress(Console.ofProcess(), "Searching sizes")) {
      return BaseSizeSearch.run(
          folder.train(),
          knowledge ? folder.knowledgeGraph() : Optional.empty(),
          full,
          WARM_UP_EPOCHS,
          rule,
          seed,
          threads,
          progress,
          () -> false);
    }
  }
}
