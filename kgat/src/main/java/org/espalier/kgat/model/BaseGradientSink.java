package org.espalier.kgat.model;

/** Looks at base rows beside their gradients: what a search of sizes asks of a model. */
@FunctionalInterface
public interface BaseGradientSink {

  /**
   * A row that a batch's loss depends on.
   *
   * @param base (nodes, dim); shared
   * @param gradient as {@code base}: of the batch's mean loss; valid during the call
   * @param at the row's first value in both
   */
  void row(int node, float[] base, float[] gradient, int at);
}
