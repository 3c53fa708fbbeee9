package org.espalier.kgat.graph;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A graph and the weights of its edges, neither of which changes. */
final class WeightedCkg implements WeightedGraph {

  private final Ckg graph;
  private final float[] weights;

  WeightedCkg(Ckg graph, float[] weights) {
    if (weights.length != graph.edgeCount()) {
      throw new IllegalArgumentException(
          "%d weights for %d edges".formatted(weights.length, graph.edgeCount()));
    }
    this.graph = graph;
    this.weights = weights;
  }

  @Override
  public int userRoom() {
    return graph.userCount();
  }

  @Override
  public int nodeCount() {
    return graph.nodeCount();
  }

  @Override
  public int relationRoom() {
    return graph.relationCount();
  }

  @Override
  public void row(int node, Row row) {
    graph.row(node, weights, row);
  }

  @Override
  public float weight(int node, Row row, int edge) {
    return row.value(edge);
  }

  @Override
  public <T extends @Nullable Object> T read(Supplier<T> reader) {
    return reader.get();
  }
}
