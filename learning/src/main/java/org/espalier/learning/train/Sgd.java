package org.espalier.learning.train;

import org.espalier.embeddings.kernel.FloatKernel;
import org.espalier.embeddings.kernel.FloatKernels;

/** Stochastic gradient descent: {@code w ← w - η g}. */
public final class Sgd implements Optimizer {

  private final FloatKernel kernel = FloatKernels.best();
  private final int dim;
  private float learningRate;

  public Sgd(int dim) {
    this.dim = dim;
  }

  @Override
  public void nextStep(double learningRate) {
    this.learningRate = (float) learningRate;
  }

  @Override
  public void update(float[] table, int row, float[] gradient, int at) {
    kernel.axpy(-learningRate, gradient, at, table, row * dim, dim);
  }
}
