package org.espalier.kgat.refresh;

import java.util.Arrays;
import org.espalier.kgat.graph.LiveCkg;
import org.espalier.kgat.graph.Row;
import org.espalier.kgat.kernel.GraphKernel;
import org.espalier.kgat.kernel.GraphKernels;
import org.espalier.kgat.model.LayerRows;
import org.espalier.kgat.model.PropagationSpec;
import org.espalier.kgat.model.Propagator;
import org.espalier.learning.kernel.Workers;

/**
 * The rows of all layers, and how they are computed again. Belongs to one thread, which lends it to the
 * workers.
 */
final class LayerStates {

  private static final int ROWS_FOR_THREADS = 4 * LayerRows.BLOCK; // fewer are done in the caller

  private final PropagationSpec shape;
  private final Propagator model;
  private final Workers workers;
  private final LayerRows[] rows; // one a worker
  private final GraphKernel kernel = GraphKernels.best();
  private final BaseRows base;
  private final float[][] states; // [layer] (nodes, size); [0] is the base
  private final float[] norms; // [layer] root mean square of the rows' lengths

  LayerStates(
      Propagator model, LiveCkg graph, EdgeWeigher weigher, BaseRows base, Workers workers) {
    this.model = model;
    this.base = base;
    this.workers = workers;
    shape = model.shape();
    rows = new LayerRows[workers.count()];
    for (int w = 0; w < rows.length; w++) {
      Row row = new Row(); // the worker's own
      rows[w] =
          model.layerRows((node, below, dim, out, at) -> {
            graph.row(node, row);
            weigher.sum(node, row, below, dim, out, at);
          });
    }
    states = new float[shape.depth() + 1][];
    norms = new float[shape.depth() + 1];
    states[0] = base.rows();
    for (int l = 1; l <= shape.depth(); l++) {
      states[l] = new float[Math.multiplyExact(graph.nodeCount(), shape.size(l))];
    }
  }

  /** The length of a typical row of a layer when it was measured; never 0. */
  float norm(int layer) {
    return norms[layer];
  }

  /** Computes all layers of all nodes. */
  void computeAll(int nodes) {
    for (int l = 1; l <= shape.depth(); l++) {
      LayerRows.all(l, nodes, states[l - 1], states[l], rows, workers);
    }
  }

  /** Measures what a typical row is; from then on that is the unit of all distances. */
  void measure(int nodes) {
    for (int l = 0; l <= shape.depth(); l++) {
      norms[l] = rootMeanSquare(states[l], shape.size(l), nodes);
    }
  }

  private float rootMeanSquare(float[] state, int size, int nodes) {
    float[] zero = new float[size];
    double sum = 0;
    int rowsThatAreNotZero = 0;
    for (int node = 0; node < nodes; node++) {
      double length = kernel.distance(state, node * size, zero, 0, size);
      sum += length * length;
      rowsThatAreNotZero += length > 0 ? 1 : 0;
    }
    return rowsThatAreNotZero == 0 ? 1 : (float) Math.sqrt(sum / rowsThatAreNotZero);
  }

  /**
   * Computes a layer of some nodes.
   *
   * @param moved receives how far each row moved, as a share of a typical row's length
   */
  void compute(int layer, int[] nodes, int count, float[] moved) {
    if (count < ROWS_FOR_THREADS) {
      for (int from = 0; from < count; from += LayerRows.BLOCK) {
        block(layer, nodes, from, Math.min(LayerRows.BLOCK, count - from), moved, 0);
      }
    } else {
      workers.forBlocks(
          count,
          LayerRows.BLOCK,
          (from, to, worker) -> block(layer, nodes, from, to - from, moved, worker));
    }
  }

  private void block(int layer, int[] nodes, int from, int count, float[] moved, int worker) {
    int size = shape.size(layer);
    float[] state = states[layer];
    float[] out = rows[worker].compute(layer, states[layer - 1], nodes, from, count);
    for (int r = 0; r < count; r++) {
      int at = nodes[from + r] * size;
      moved[from + r] = kernel.distance(out, r * size, state, at, size) / norms[layer];
      System.arraycopy(out, r * size, state, at, size);
    }
  }

  /** Writes a node's final vector to the begin of {@code target}. */
  void readOut(int node, boolean user, float[] target) {
    model.readOut(states, node, user, target, 0);
  }

  /**
   * The graph's nodes have other numbers, and there are more of them: the last entity's is isolated,
   * and all new rows are as its rows are.
   */
  void moved(NodeNumbers before, NodeNumbers larger) {
    states[0] = base.rows();
    int[] last = {larger.count() - 1};
    float[] ignored = new float[1];
    for (int l = 1; l <= shape.depth(); l++) {
      int size = shape.size(l);
      states[l] = before.moved(states[l], size, larger);
      compute(l, last, 1, ignored);
      float[] isolated = Arrays.copyOfRange(states[l], last[0] * size, (last[0] + 1) * size);
      fill(states[l], before.users(), larger.users(), isolated);
      fill(states[l], larger.users() + before.entities(), larger.count(), isolated);
    }
  }

  private static void fill(float[] state, int from, int to, float[] row) {
    for (int node = from; node < to; node++) {
      System.arraycopy(row, 0, state, node * row.length, row.length);
    }
  }
}
