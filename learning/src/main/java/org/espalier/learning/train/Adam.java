package org.espalier.learning.train;

import org.espalier.learning.kernel.TrainingKernel;
import org.espalier.learning.kernel.TrainingKernels;

/**
 * Adam (Kingma and Ba, ICLR 2015) with the paper's β₁ = 0.9, β₂ = 0.999, ε = 1e-8. Lazy on rows: the
 * moments of a row that a step does not touch stay as they are, and the bias correction counts all
 * steps, as sparse Adam does elsewhere. A table whose rows are all updated in each step gets Adam as
 * in the paper. Keeps two floats a parameter.
 */
public final class Adam implements Optimizer {

  private static final float BETA_1 = 0.9f;
  private static final float BETA_2 = 0.999f;
  private static final float EPSILON = 1e-8f;

  private final TrainingKernel kernel = TrainingKernels.best();
  private final int dim;
  private final float[] mean;
  private final float[] square;
  private long step;
  private float stepSize;
  private float rootScale;

  /** For a table of shape (rows, dim). */
  public Adam(int rows, int dim) {
    this.dim = dim;
    this.mean = new float[Math.multiplyExact(rows, dim)];
    this.square = new float[rows * dim];
  }

  @Override
  public void nextStep(double learningRate) {
    step++;
    stepSize = (float) (learningRate / (1 - Math.pow(BETA_1, (double) step)));
    rootScale = (float) (1 / Math.sqrt(1 - Math.pow(BETA_2, (double) step)));
  }

  @Override
  public void update(float[] table, int row, float[] gradient, int at) {
    kernel.adam(
        table, row * dim, gradient, at, mean, square, dim, BETA_1, BETA_2, EPSILON, stepSize,
        rootScale);
  }
}
