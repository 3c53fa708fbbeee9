package org.espalier.kgat.graph;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A graph whose edges have a share of their head's attention: what explanations read. */
public interface WeightedGraph {

  /** Users are the nodes 0 to this, exclusive; entities follow. */
  int userRoom();

  /** Nodes there are numbers for. */
  int nodeCount();

  /** Relations there are numbers for; inverses count from here. */
  int relationRoom();

  /** Points a row at a node's edges. */
  void row(int node, Row row);

  /** The weight of an edge of a node's row, at least 0. */
  float weight(int node, Row row, int edge);

  /** Runs something that reads this graph on one state of it. */
  <T extends @Nullable Object> T read(Supplier<T> reader);

  /** The inverse of a relation or of an inverse. */
  default int inverse(int relation) {
    return relation < relationRoom() ? relation + relationRoom() : relation - relationRoom();
  }

  /**
   * A graph that does not change.
   *
   * @param weights a weight an edge; not copied
   */
  static WeightedGraph of(Ckg graph, float[] weights) {
    return new WeightedCkg(graph, weights);
  }
}
