package org.espalier.kgat.graph;

/**
 * A graph and a value an edge, or none at all.
 *
 * @param values (edgeCount), or empty
 */
@SuppressWarnings("ArrayRecordComponent") // parallel to the graph's edges; never compared
record ValuedCkg(Ckg graph, float[] values) {

  ValuedCkg {
    if (values.length != 0 && values.length != graph.edgeCount()) {
      throw new IllegalArgumentException(
          "%d values for %d edges".formatted(values.length, graph.edgeCount()));
    }
  }

  /** This graph with the rows of a pool in place of its own. */
  ValuedCkg with(RowPool pool, boolean valued) {
    int[] replaced = pool.sortedNodes();
    Row row = new Row();
    long size = graph.edgeCount() + pool.edges();
    for (int node : replaced) {
      size -= graph.end(node) - graph.begin(node);
    }
    EdgeBuffer edges = new EdgeBuffer(Math.toIntExact(size), valued);
    int[] offsets = new int[graph.nodeCount() + 1];
    int next = 0;
    for (int node : replaced) {
      copy(next, node, edges, offsets, row);
      pool.row(node, row);
      edges.append(row, row.begin(), row.end());
      offsets[node + 1] = edges.size();
      next = node + 1;
    }
    copy(next, graph.nodeCount(), edges, offsets, row);
    return new ValuedCkg(
        new Ckg(
            graph.userCount(),
            graph.relationCount(),
            offsets,
            edges.relations,
            edges.tails,
            edges.weights),
        edges.values);
  }

  /** Copies the rows of the nodes {@code from} to {@code to} at once. */
  private void copy(int from, int to, EdgeBuffer edges, int[] offsets, Row row) {
    int shift = edges.size() - graph.begin(from);
    for (int node = from; node < to; node++) {
      offsets[node + 1] = graph.end(node) + shift;
    }
    graph.rows(from, to, values, row);
    edges.append(row, row.begin(), row.end());
  }
}
