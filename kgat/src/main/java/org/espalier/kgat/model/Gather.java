package org.espalier.kgat.model;

/** The weighted sum over a node's neighbourhood: {@code e_N = Σ weight(e)·e_tail(e)}. */
@FunctionalInterface
public interface Gather {

  /**
   * Writes the sum to {@code out[at .. at + dim)}, which is zero.
   *
   * @param below (nodeCount, dim) rows of the layer below
   */
  void sum(int node, float[] below, int dim, float[] out, int at);
}
