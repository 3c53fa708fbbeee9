package org.espalier.search.job;

import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import org.espalier.search.retrieval.PruneSpec;
import org.espalier.search.retrieval.Pruned;
import org.espalier.search.retrieval.RetrievalPruner;
import org.espalier.search.size.Method;
import org.espalier.search.size.NoRoomException;

/**
 * Pruned tables and their budget.
 *
 * @param keep the share of the full-size tables' numbers
 */
record Sized(double keep, Pruned pruned) {

  /** Budgets that are tried, as far as they are below the wanted one. */
  private static final double[] KEEPS = {0.01, 0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75};

  /**
   * Prunes to the wanted budget; with a bound of the loss to the smallest one that keeps inside it, on the
   * slice that chooses, and the wanted one is then the largest that is tried.
   *
   * @throws SearchException when even the largest budget loses more
   * @throws NoRoomException when even the largest budget has no room
   */
  static Sized find(RetrievalPruner pruner, PruneSpec wanted, OptionalDouble maxDrop) {
    if (maxDrop.isEmpty()) {
      return new Sized(wanted.keep(), pruner.prune(wanted));
    }
    double full = pruner.prune(wanted.withMethod(Method.FULL)).validation();
    double enough = full - maxDrop.getAsDouble();
    for (double keep : KEEPS) {
      if (keep < wanted.keep()) {
        Optional<Pruned> pruned = withRoom(pruner, wanted.withKeep(keep));
        if (pruned.isPresent() && pruned.get().validation() >= enough) {
          return new Sized(keep, pruned.get());
        }
      }
    }
    Pruned largest = pruner.prune(wanted);
    if (largest.validation() >= enough) {
      return new Sized(wanted.keep(), largest);
    }
    throw new SearchException(
        String.format(
            Locale.ROOT,
            "no budget up to keep=%s loses at most %s NDCG@20 against the full size: the largest has %.4f of %.4f; allow"
                + " a larger budget or more loss",
            wanted.keep(),
            maxDrop.getAsDouble(),
            largest.validation(),
            full));
  }

  /** Empty where a budget has no room: a larger one may have. */
  static Optional<Pruned> withRoom(RetrievalPruner pruner, PruneSpec spec) {
    try {
      return Optional.of(pruner.prune(spec));
    } catch (NoRoomException _) {
      return Optional.empty();
    }
  }
}
