package org.espalier.learning.train;

/**
 * Moves rows of one table against their gradients. Call {@link #nextStep} once a step, then {@link
 * #update} for each row that has a gradient; rows without one are left alone, so a step costs what it
 * touches. A dense parameter is a table of one row.
 */
public sealed interface Optimizer permits Sgd, Adam {

  /** Begins a step with its learning rate, which a schedule may change from step to step. */
  void nextStep(double learningRate);

  /**
   * Moves one row.
   *
   * @param table (rows, dim) row-major
   * @param gradient the row's gradient at {@code gradient[at .. at + dim)}
   */
  void update(float[] table, int row, float[] gradient, int at);
}
