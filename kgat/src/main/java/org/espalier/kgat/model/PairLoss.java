package org.espalier.kgat.model;

import org.espalier.embeddings.kernel.FloatKernel;
import org.espalier.embeddings.kernel.FloatKernels;

/**
 * The ranking loss (BPR; Rendle et al., UAI 2009), the mean over a batch of {@code −ln σ(u·(p − n))},
 * and its gradient with respect to the final vectors.
 */
final class PairLoss {

  private static final FloatKernel KERNEL = FloatKernels.best();

  private PairLoss() {}

  /**
   * Adds the gradient of a batch and returns its loss.
   *
   * @param finals (nodes of the batch, size)
   * @param dFinals as {@code finals}
   */
  static double lossAndGradient(PairBatch batch, float[] finals, int size, float[] dFinals) {
    double loss = 0;
    for (int i = 0; i < batch.size(); i++) {
      int user = batch.user(i) * size;
      int seen = batch.seen(i) * size;
      int unseen = batch.unseen(i) * size;
      double margin =
          (double) KERNEL.dot(finals, user, finals, seen, size)
              - KERNEL.dot(finals, user, finals, unseen, size);
      loss += Numbers.softplus(-margin);
      float slope = (float) (-Numbers.sigmoid(-margin) / batch.size());
      KERNEL.axpy(slope, finals, seen, dFinals, user, size);
      KERNEL.axpy(-slope, finals, unseen, dFinals, user, size);
      KERNEL.axpy(slope, finals, user, dFinals, seen, size);
      KERNEL.axpy(-slope, finals, user, dFinals, unseen, size);
    }
    return loss / batch.size();
  }
}
