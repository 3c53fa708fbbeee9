package org.espalier.service.training;

import org.espalier.learning.mf.MfLoss;

/**
 * What to train.
 *
 * @param loss of the factorisation
 * @param dim length of the vectors, at least 1
 * @param seed of everything random
 * @param threads at least 1
 * @param heldOut share of the interactions, the latest ones, that the model is measured on before it is trained on all;
 *     0 measures nothing
 */
public record TrainingSpec(MfLoss loss, int dim, long seed, int threads, double heldOut) {

  public TrainingSpec {
    if (dim < 1 || threads < 1) {
      throw new IllegalArgumentException(
          "dim=%d and threads=%d must be at least 1".formatted(dim, threads));
    }
    if (!(heldOut >= 0 && heldOut < 1)) {
      throw new IllegalArgumentException("heldOut=" + heldOut + " must be in [0, 1)");
    }
  }

  /** 64 dimensions by alternating least squares, whose users fold in exactly. */
  public static TrainingSpec defaults() {
    return new TrainingSpec(MfLoss.ALS, 64, 1, Runtime.getRuntime().availableProcessors(), 0.1);
  }
}
