package org.espalier.learning.mf;

import org.espalier.learning.kernel.TrainingKernel;
import org.espalier.learning.kernel.TrainingKernels;

/**
 * Bayesian personalised ranking (Rendle et al., UAI 2009): {@code x = u·(p - q)}, loss {@code -ln σ(x)
 * + ½ reg (|u|² + |p|² + |q|²)} for a seen item p and an unseen item q; {@code dx/du = p - q, dx/dp =
 * u, dx/dq = -u}.
 */
final class BprLoss {

  private final TrainingKernel kernel = TrainingKernels.best();
  private final int dim;
  private final double regularization;

  BprLoss(int dim, double regularization) {
    this.dim = dim;
    this.regularization = regularization;
  }

  /**
   * One step against the gradient, all three vectors from their old values.
   *
   * @param userAt where the user's vector starts in {@code users}
   * @param seenAt where the seen item's vector starts in {@code items}
   * @param unseenAt where the unseen item's vector starts in {@code items}
   * @return {@code -ln σ(x)} before the step
   */
  double step(
      float[] users, int userAt, float[] items, int seenAt, int unseenAt, double learningRate) {
    double x = kernel.dotDifference(users, userAt, items, seenAt, items, unseenAt, dim);
    double e = Math.exp(-Math.abs(x));
    double slope = (x >= 0 ? e : 1) / (1 + e); // σ(-x)
    kernel.pairwiseStep(
        users,
        userAt,
        items,
        seenAt,
        items,
        unseenAt,
        dim,
        (float) (learningRate * slope),
        (float) (learningRate * regularization));
    return Math.max(-x, 0) + Math.log1p(e);
  }
}
