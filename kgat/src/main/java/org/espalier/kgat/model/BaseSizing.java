package org.espalier.kgat.model;

import org.espalier.kgat.graph.Ckg;

/** Chooses the sizes of a graph's base rows: an allocation, or a rule. */
@FunctionalInterface
public interface BaseSizing {

  /** All rows are full. */
  BaseSizing FULL = (graph, dim) -> BaseSizes.full(graph.nodeCount(), dim);

  /**
   * The sizes of a graph's nodes.
   *
   * @param dim values of a full row
   */
  BaseSizes of(Ckg graph, int dim);
}
