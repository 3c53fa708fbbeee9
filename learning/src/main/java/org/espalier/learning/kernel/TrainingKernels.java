package org.espalier.learning.kernel;

import org.espalier.embeddings.kernel.FloatKernels;

/** The training kernels of this process: SIMD exactly when {@link FloatKernels#best()} is. */
public final class TrainingKernels {

  private static final TrainingKernel BEST =
      FloatKernels.best().name().equals(FloatKernels.scalar().name())
          ? new ScalarTrainingKernel()
          : new VectorTrainingKernel();

  private TrainingKernels() {}

  /** The fastest kernels that this process can run; the same object on every call. */
  public static TrainingKernel best() {
    return BEST;
  }
}
