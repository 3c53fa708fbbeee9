package org.espalier.kgat.refresh;

import java.util.BitSet;
import org.espalier.embeddings.kernel.FloatKernel;
import org.espalier.embeddings.kernel.FloatKernels;
import org.espalier.kgat.graph.Row;
import org.espalier.kgat.kernel.GraphKernel;
import org.espalier.kgat.kernel.GraphKernels;
import org.espalier.kgat.model.Propagator;

/**
 * The rows below the first layer. A node that training knew, whose row is therefore not zero, has the row that it left; any other has
 * the mean of those of its neighbours that training knew, weighed by their edges, or zero. So what a
 * row is depends on the graph alone, not on the order in which it came to be.
 */
final class BaseRows {

  private final FloatKernel floats = FloatKernels.best();
  private final GraphKernel kernel = GraphKernels.best();
  private final int dim;
  private final boolean inductive;
  private final float[] zero;
  private float[] rows;
  private BitSet known;

  BaseRows(Propagator model, NodeNumbers numbers) {
    dim = model.shape().dim();
    inductive = model.inductive();
    zero = new float[dim];
    rows = model.baseRows(numbers.users(), numbers.entities());
    known = new BitSet(numbers.count());
    for (int node = 0; node < numbers.count(); node++) {
      known.set(node, kernel.distance(rows, node * dim, zero, 0, dim) > 0);
    }
  }

  /** All rows (count, dim); shared. */
  float[] rows() {
    return rows;
  }

  /** The array that has a node's trained row, at {@link #rowOf}: zeros for a node without one. */
  float[] arrayOf(int node) {
    return known.get(node) ? rows : zero;
  }

  int rowOf(int node) {
    return known.get(node) ? node : 0;
  }

  /** {@code trained row · query}; 0 for a node without one. */
  float score(int node, float[] query) {
    return known.get(node) ? floats.dot(rows, node * dim, query, 0, dim) : 0;
  }

  /**
   * Brings the row of a node that training did not know up to date.
   *
   * @return how far the row moved
   */
  float rowChanged(int node, Row edges) {
    if (known.get(node) || !inductive) {
      return 0;
    }
    float[] mean = new float[dim]; // once a changed row of a new node
    double weight = 0;
    for (int e = edges.begin(); e < edges.end(); e++) {
      if (known.get(edges.tail(e))) {
        floats.axpy(edges.weight(e), rows, edges.tail(e) * dim, mean, 0, dim);
        weight += edges.weight(e);
      }
    }
    Scaling.scale(mean, 0, dim, weight == 0 ? 0 : (float) (1 / weight));
    return replace(node, mean);
  }

  /**
   * Forgets what training knew of a node.
   *
   * @return how far the row moved
   */
  float forget(int node) {
    known.clear(node);
    return replace(node, zero);
  }

  private float replace(int node, float[] row) {
    float distance = kernel.distance(row, 0, rows, node * dim, dim);
    System.arraycopy(row, 0, rows, node * dim, dim);
    return distance;
  }

  void moved(NodeNumbers before, NodeNumbers larger) {
    rows = before.moved(rows, dim, larger);
    known = before.moved(known, larger);
  }
}
