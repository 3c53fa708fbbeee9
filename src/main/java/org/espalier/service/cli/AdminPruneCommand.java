package org.espalier.service.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./espalier admin prune}. */
@Command(
    name = "prune",
    description = {
      "Finds the size that every user's and item's vector earns, from the log of the running service, and writes the"
          + " pruned vectors as a new generation.",
      ""
    },
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  ./espalier admin prune --keep 0.1 --wait",
      "  ./espalier admin prune --auto-budget 0.005 --activate auto --guard ndcg@20 --max-drop 0.005"
    })
final class AdminPruneCommand extends AdminJobCommands.NewJob {

  @Option(
      names = "--keep",
      paramLabel = "SHARE",
      description =
          "Share of the full-size tables' numbers that may be stored, above 0 up to 1 (default: 0.1).")
  private @Nullable Double keep;

  @Option(
      names = "--auto-budget",
      paramLabel = "NDCG",
      description =
          "Take the smallest budget that loses no more NDCG@20 than this against the full size, on the events that"
              + " choose; --keep is then the largest that is tried.")
  private @Nullable Double autoBudget;

  @Option(names = "--method", description = "pme, popularity or uniform (default: pme).")
  private @Nullable String method;

  @Option(names = "--loss", description = "als, bpr or softmax (default: als).")
  private @Nullable String loss;

  @Option(names = "--dim", description = "Full size (default: 64).")
  private @Nullable Integer dim;

  @Option(names = "--seed", description = "Same seed and log, same tables (default: 1).")
  private @Nullable Long seed;

  @Option(
      names = "--activate",
      paramLabel = "MODE",
      description = "auto lets the new generation answer at once (default: manual).")
  private @Nullable String activate;

  @Option(
      names = "--guard",
      paramLabel = "METRIC",
      description = "Activate only if this metric is not worse than the full-size model's.")
  private @Nullable String guard;

  @Option(
      names = "--max-drop",
      defaultValue = "0",
      description = "How much worse it may be (default: ${DEFAULT-VALUE}).")
  private double maxDrop;

  @Override
  String route() {
    return "/v1/admin/pruning-jobs";
  }

  @Override
  void fill(Map<String, @Nullable Object> request) {
    Map<String, Object> target = new LinkedHashMap<>();
    if (keep != null || autoBudget == null) {
      target.put("keep", keep == null ? 0.1 : keep);
    }
    if (autoBudget != null) {
      target.put("max_drop", autoBudget);
    }
    request.put("target", target);
    request.put("method", method);
    request.put("loss", loss);
    request.put("dim", dim);
    request.put("seed", seed);
    request.put("activate", activate);
    request.put("guard", guard == null ? null : Map.of("metric", guard, "max_drop", maxDrop));
  }
}
