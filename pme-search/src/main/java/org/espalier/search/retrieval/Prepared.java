package org.espalier.search.retrieval;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import org.espalier.learning.data.ItemSets;
import org.espalier.learning.kernel.Workers;
import org.espalier.learning.mf.MfModel;

/**
 * A full-size model made ready for pruning, to any budget.
 *
 * @param model in balanced axes
 * @param saliency what leaving out each number costs: (users + items, dim) row-major
 */
@SuppressWarnings("ArrayRecordComponent") // a matrix; never compared, never changed
public record Prepared(MfModel model, double[] saliency) {

  /** The same for users who all count alike. */
  public static Prepared of(
      MfModel teacher, ItemSets seen, long seed, Workers workers, BooleanSupplier cancelled) {
    float[] ones = new float[seen.userCount()];
    Arrays.fill(ones, 1f);
    return of(teacher, seen, ones, seed, workers, cancelled);
  }

  /**
   * Balances the axes and weighs every number.
   *
   * @param seen what the model was trained on
   * @param userWeights how much each user counts, at least 0
   * @throws CancellationException when it was cancelled
   */
  public static Prepared of(
      MfModel teacher,
      ItemSets seen,
      float[] userWeights,
      long seed,
      Workers workers,
      BooleanSupplier cancelled) {
    MfModel model = BalancedAxes.of(teacher);
    double[] saliency =
        new HeadSaliency(model, seen, userWeights)
            .compute(new SplittableRandom(seed), workers, cancelled);
    if (cancelled.getAsBoolean()) {
      throw new CancellationException("the search was cancelled");
    }
    return new Prepared(model, saliency);
  }
}
