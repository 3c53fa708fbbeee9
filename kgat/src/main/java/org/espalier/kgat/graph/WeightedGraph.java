package org.espalier.kgat.graph;

/** A graph whose edges have a share of their head's attention. */
public interface WeightedGraph extends NumberedGraph {

  /** The weight of an edge of a node's row, at least 0. */
  float weight(int node, Row row, int edge);

  /**
   * A graph that does not change.
   *
   * @param weights a weight an edge; not copied
   */
  static WeightedGraph of(Ckg graph, float[] weights) {
    return new WeightedCkg(graph, weights);
  }
}
