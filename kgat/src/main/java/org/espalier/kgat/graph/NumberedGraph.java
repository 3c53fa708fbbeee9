package org.espalier.kgat.graph;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A graph whose nodes are numbered, users first: what paths are read from. */
public interface NumberedGraph {

  /** Users are the nodes 0 to this, exclusive; entities follow. */
  int userRoom();

  /** Nodes there are numbers for. */
  int nodeCount();

  /** Relations there are numbers for; inverses count from here. */
  int relationRoom();

  /** Points a row at a node's edges. */
  void row(int node, Row row);

  /** Runs something that reads this graph on one state of it. */
  <T extends @Nullable Object> T read(Supplier<T> reader);

  /** The inverse of a relation or of an inverse. */
  default int inverse(int relation) {
    return relation < relationRoom() ? relation + relationRoom() : relation - relationRoom();
  }
}
