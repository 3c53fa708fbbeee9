package org.espalier.search.retrieval;

import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import org.espalier.learning.data.ItemSets;
import org.espalier.learning.kernel.Workers;
import org.espalier.learning.metric.RetrievalEvaluator;
import org.espalier.learning.metric.RetrievalMetric;
import org.espalier.learning.mf.MfModel;
import org.espalier.search.size.Method;
import org.espalier.search.size.NoRoomException;

/**
 * Prunes a factorisation that is {@link Prepared}: sizes at one price over both tables, distillation from
 * the full-size scores. Every method gets the same axes and the same
 * distillation, so that tables of one budget differ in their sizes alone.
 *
 * <p>The space that nested rows share is chosen by validation among multiples of the mean size: in a tight
 * one sizes are nearly uniform, in a wide one they differ most. For one thread, and as many workers.
 */
public final class RetrievalPruner {

  private static final double[] SPACES = {1, 1.25, 1.5, 2};

  private final MfModel model; // in balanced axes
  private final Optional<RetrievalEvaluator> validation;
  private final Workers workers;
  private final BooleanSupplier cancelled;
  private final ScoreDistiller distiller;
  private final double[] saliency;
  private final int[] counts;

  /**
   * @param prepared serves every budget
   * @param seen what its model was trained on
   * @param validation chooses the space where a spec does not
   * @param cancelled asked between steps
   */
  public RetrievalPruner(
      Prepared prepared,
      ItemSets seen,
      Optional<RetrievalEvaluator> validation,
      Workers workers,
      BooleanSupplier cancelled) {
    this.validation = validation;
    this.workers = workers;
    this.cancelled = cancelled;
    model = prepared.model();
    saliency = prepared.saliency();
    distiller = new ScoreDistiller(model, seen);
    counts = counts(seen);
  }

  /** Interactions of each token, users first. */
  public int[] counts() {
    return counts.clone();
  }

  /**
   * Checks that a budget has room, before anything is trained.
   *
   * @throws NoRoomException saying how much is missing
   */
  public static void requireRoom(PruneSpec spec, int users, int items, int dim) {
    long tokens = (long) users + items;
    long least = (long) users * spec.users().sizeMin() + (long) items * spec.items().sizeMin();
    long budget = spec.budget(tokens, dim);
    if (Math.max(spec.users().sizeMin(), spec.items().sizeMin()) > dim) {
      throw new NoRoomException("the least size is over the full size of " + dim);
    }
    if (spec.method() == Method.UNIFORM) {
      least = Math.max(least, tokens);
    }
    if (budget < Math.max(1, least)) {
      throw new NoRoomException(
          "keep=%s of %d tokens at size %d leaves %d numbers; at least %d are needed"
              .formatted(spec.keep(), tokens, dim, budget, Math.max(1, least)));
    }
  }

  /**
   * Prunes to one budget.
   *
   * @throws NoRoomException when the budget has no room
   * @throws CancellationException when it was cancelled
   */
  public Pruned prune(PruneSpec spec) {
    TableSizes sizes = new TableSizes(spec, model, saliency, counts);
    int[] spaces = spec.space().isPresent() ? new int[] {spec.space().getAsInt()} : spaces(spec);
    Optional<Pruned> best = Optional.empty();
    for (int space : spaces) {
      Pruned pruned = distilled(sizes.find(space), space, spec.method());
      if (best.isEmpty() || pruned.validation() > best.get().validation()) {
        best = Optional.of(pruned);
      }
      stopIfCancelled();
    }
    return best.orElseThrow();
  }

  private Pruned distilled(Support support, int space, Method method) {
    MfModel student = method == Method.FULL ? model : distiller.distil(support, workers, cancelled);
    stopIfCancelled();
    double quality =
        validation
            .map(slice ->
                slice
                    .evaluate(model.dim(), student.userVectors(), student.itemVectors(), workers)
                    .mean(RetrievalMetric.NDCG_20))
            .orElse(Double.NaN);
    return new Pruned(student, support, space, quality);
  }

  /** Spaces worth trying, in coordinates. */
  private int[] spaces(PruneSpec spec) {
    int dim = model.dim();
    double mean = spec.keep() * dim;
    int least = Math.max(spec.users().sizeMin(), spec.items().sizeMin());
    return switch (spec.method()) {
      case FULL, MAGNITUDE, MASK -> new int[] {dim};
      case UNIFORM -> new int[] {Math.max(1, (int) mean)};
      case POPULARITY, PME ->
          Arrays.stream(validation.isPresent() ? SPACES : new double[] {1.5})
              .mapToInt(
                  factor -> Math.clamp((int) Math.ceil(factor * mean), Math.max(1, least), dim))
              .distinct()
              .toArray();
    };
  }

  private void stopIfCancelled() {
    if (cancelled.getAsBoolean()) {
      throw new CancellationException("the search was cancelled");
    }
  }

  private static int[] counts(ItemSets seen) {
    int[] counts = new int[seen.userCount() + seen.itemCount()];
    for (int user = 0; user < seen.userCount(); user++) {
      counts[user] = seen.count(user);
      for (int at = seen.begin(user); at < seen.end(user); at++) {
        counts[seen.userCount() + seen.item(at)]++;
      }
    }
    return counts;
  }
}
