package org.espalier.kgat.model;

import java.util.Arrays;
import java.util.List;
import org.espalier.kgat.graph.Ckg;
import org.espalier.kgat.kernel.GraphKernel;
import org.espalier.kgat.kernel.GraphKernels;
import org.espalier.learning.kernel.Workers;

/**
 * The layers of all nodes, without gradients: {@code e⁰} is the base table, {@code eˡ} a node's row
 * after layer l, before it is normalised. Keeps every layer, since a refresh starts from them.
 */
public final class Propagation {

  private final PropagationSpec spec;
  private final int userCount;
  private final float[][] states;

  private Propagation(PropagationSpec spec, int userCount, float[][] states) {
    this.spec = spec;
    this.userCount = userCount;
    this.states = states;
  }

  /**
   * Propagates through the whole graph.
   *
   * @param base (nodeCount, dim); kept, not copied
   * @param layers as many as the spec has
   * @param edgeWeights a weight an edge
   */
  static Propagation of(
      Ckg graph,
      PropagationSpec spec,
      float[] base,
      List<LayerWeights> layers,
      float[] edgeWeights,
      Workers workers) {
    int nodes = graph.nodeCount();
    float[][] states = new float[spec.depth() + 1][];
    states[0] = base;
    GraphKernel kernel = GraphKernels.best();
    Gather gather =
        (node, below, dim, out, at) ->
            kernel.gatherAdd(
                edgeWeights,
                graph.tails(),
                graph.begin(node),
                graph.end(node),
                below,
                dim,
                out,
                at);
    LayerRows[] rows = new LayerRows[workers.count()];
    Arrays.setAll(rows, _ -> new LayerRows(spec, layers, gather));
    for (int l = 1; l <= spec.depth(); l++) {
      states[l] = new float[Math.multiplyExact(nodes, spec.size(l))];
      LayerRows.all(l, nodes, states[l - 1], states[l], rows, workers);
    }
    return new Propagation(spec, graph.userCount(), states);
  }

  /** The shape of what was propagated. */
  public PropagationSpec spec() {
    return spec;
  }

  /** A layer's rows before normalisation: (nodeCount, size of the layer); shared. */
  public float[] state(int layer) {
    return states[layer];
  }

  /** Writes a node's final vector to {@code target[at .. at + finalSize)}. */
  public void copyFinal(int node, float[] target, int at) {
    Readout.forward(spec, states, node, node < userCount, target, at);
  }

  /** The final vectors of nodes {@code from} to {@code to}: (to - from, finalSize). */
  public float[] finals(int from, int to) {
    int size = spec.finalSize();
    float[] result = new float[Math.multiplyExact(to - from, size)];
    for (int node = from; node < to; node++) {
      copyFinal(node, result, (node - from) * size);
    }
    return result;
  }
}
