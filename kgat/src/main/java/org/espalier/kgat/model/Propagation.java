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

  private static final int BLOCKS = 4 * LayerBlock.ROWS;

  private final PropagationSpec spec;
  private final float[][] states;

  private Propagation(PropagationSpec spec, float[][] states) {
    this.spec = spec;
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
    LayerBlock[] blocks = new LayerBlock[workers.count()];
    Arrays.setAll(blocks, _ -> new LayerBlock(spec));
    for (int l = 1; l <= spec.depth(); l++) {
      float[] below = states[l - 1];
      float[] above = new float[Math.multiplyExact(nodes, spec.size(l))];
      LayerWeights weights = layers.get(l - 1);
      workers.forBlocks(
          nodes,
          BLOCKS,
          (from, to, worker) -> {
            for (int row = from; row < to; row += LayerBlock.ROWS) {
              int rows = Math.min(LayerBlock.ROWS, to - row);
              block(graph, weights, edgeWeights, below, row, rows, above, blocks[worker]);
            }
          });
      states[l] = above;
    }
    return new Propagation(spec, states);
  }

  private static void block(
      Ckg graph,
      LayerWeights weights,
      float[] edgeWeights,
      float[] below,
      int first,
      int rows,
      float[] above,
      LayerBlock block) {
    GraphKernel kernel = GraphKernels.best();
    int in = weights.in();
    int out = weights.out();
    System.arraycopy(below, first * in, block.self, 0, rows * in);
    Arrays.fill(block.around, 0, rows * in, 0);
    for (int r = 0; r < rows; r++) {
      int node = first + r;
      kernel.gatherAdd(
          edgeWeights,
          graph.tails(),
          graph.begin(node),
          graph.end(node),
          below,
          in,
          block.around,
          r * in);
    }
    block.forward(weights, block.around, 0, rows, TrainingPass.NOTHING, 0, 0);
    System.arraycopy(block.out, 0, above, first * out, rows * out);
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
    Readout.forward(spec, states, node, target, at);
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
