package org.espalier.kgat.refresh;

import org.espalier.kgat.graph.LiveCkg;
import org.espalier.kgat.graph.Row;

/**
 * The weights of a live graph's edges, kept true row by row. Written by the thread that changes the
 * graph, while no other reads it.
 */
sealed interface EdgeWeigher permits AttentionWeigher, DegreeWeigher {

  /**
   * Brings a node's weights up to date after its row changed.
   *
   * @param changedWeight as {@link LiveCkg.RowListener} gives it
   * @return at least the sum over the row, with the edges it lost, of {@code |weight after − weight
   *     before|}
   */
  float rowChanged(int node, Row row, float changedWeight);

  /**
   * By how much all weights of edges that end in the node changed with the last {@link #rowChanged},
   * as a share of what they were: 0 where a weight depends on its head alone.
   */
  float changeOfIncoming(int node);

  /** Writes the weighted sum over a node's row to {@code out}, which is zero. */
  void sum(int node, Row row, float[] below, int dim, float[] out, int at);

  /** The weight of an edge of a node's row, in [0, 1] for attention and means. */
  float weight(int node, Row row, int edge);

  /**
   * The weight of an edge's inverse: what the node means to its neighbour.
   *
   * @param scratch a row to use
   */
  float inverseWeight(int node, Row row, int edge, Row scratch);

  /** The graph's nodes have other numbers from now on. */
  void moved(NodeNumbers before, NodeNumbers larger);
}
