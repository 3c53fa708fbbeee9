package org.espalier.kgat.refresh;

import java.util.function.Supplier;
import org.espalier.kgat.graph.LiveCkg;
import org.espalier.kgat.graph.Row;
import org.espalier.kgat.graph.WeightedGraph;
import org.jspecify.annotations.Nullable;

/** A live graph with the weights that its edges have at the moment. */
record LiveWeights(LiveCkg graph, EdgeWeigher weigher) implements WeightedGraph {

  @Override
  public int userRoom() {
    return graph.userRoom();
  }

  @Override
  public int nodeCount() {
    return graph.nodeCount();
  }

  @Override
  public int relationRoom() {
    return graph.relationRoom();
  }

  @Override
  public void row(int node, Row row) {
    graph.row(node, row);
  }

  @Override
  public float weight(int node, Row row, int edge) {
    return weigher.weight(node, row, edge);
  }

  @Override
  public <T extends @Nullable Object> T read(Supplier<T> reader) {
    return graph.read(reader);
  }
}
