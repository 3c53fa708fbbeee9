package org.espalier.kgat.model;

import java.util.Arrays;
import java.util.List;
import org.espalier.kgat.graph.Ckg;
import org.espalier.kgat.kernel.GraphKernel;
import org.espalier.kgat.kernel.GraphKernels;
import org.espalier.learning.kernel.Workers;

/**
 * A propagation with gradients, of the rows that a batch needs and no others. Layer l is computed for
 * the batch's own nodes and, below the top, for the neighbours of what the layer above computes: the
 * receptive field.
 *
 * <p>Call {@link #forward}, fill {@link #dFinals}, call {@link #backward}. The order of
 * sums does not depend on the number of threads: rows are written by one task each, weight gradients are summed in {@link
 * #PARTS} fixed parts, and the sums over edges that end in one node are divided among threads by
 * columns.
 */
final class TrainingPass {

  /** Stands for an array that is not wanted. */
  static final float[] NOTHING = new float[0];

  private static final int PARTS = 16;
  private static final int OUTPUTS = 256; // of a thread's block
  private static final int STRIP = 16; // columns: one cache line, so that strips share none

  private final Ckg graph;
  private final PropagationSpec spec;
  private final Workers workers;
  private final GraphKernel kernel = GraphKernels.best();
  private final LayerBlock[] blocks;
  private final NodeSet[] active; // active[l]: rows of layer l; of layer 0 those that are read

  private final float[][] states; // [l] (nodes, size)
  private final float[][] dStates;
  private final float[][] arounds; // [l] (active, size of l - 1)
  private final float[][] pres; // [l] (branches, active, size)
  private final DropoutMask[] masks;
  private final LayerWeights[] partial; // PARTS a layer, from (l - 1) * PARTS
  private final float[] dAround;
  private float[] finals = NOTHING;
  private float[] dFinals = NOTHING;
  private int[] outputs = new int[0];
  private int outputCount;

  TrainingPass(Ckg graph, PropagationSpec spec, float[] base, Workers workers) {
    if (spec.readout() == PropagationSpec.Readout.MEETING) {
      throw new IllegalArgumentException("the readout MEETING has no training");
    }
    this.graph = graph;
    this.spec = spec;
    this.workers = workers;
    int depth = spec.depth();
    int nodes = graph.nodeCount();
    blocks = new LayerBlock[workers.count()];
    Arrays.setAll(blocks, _ -> new LayerBlock(spec));
    active = new NodeSet[depth + 1];
    Arrays.setAll(active, _ -> new NodeSet(nodes));
    states = new float[depth + 1][];
    dStates = new float[depth + 1][];
    arounds = new float[depth + 1][];
    pres = new float[depth + 1][];
    masks = new DropoutMask[depth + 1];
    partial = new LayerWeights[depth * PARTS];
    states[0] = base;
    dStates[0] = NOTHING;
    int widest = 0;
    for (int l = 1; l <= depth; l++) {
      int size = spec.size(l);
      widest = Math.max(widest, spec.size(l - 1));
      states[l] = new float[Math.multiplyExact(nodes, size)];
      dStates[l] = new float[nodes * size];
      arounds[l] = new float[Math.multiplyExact(nodes, spec.size(l - 1))];
      pres[l] = new float[Math.multiplyExact(nodes, spec.aggregator().branches() * size)];
      masks[l] = new DropoutMask(nodes, size);
      for (int p = 0; p < PARTS; p++) {
        partial[(l - 1) * PARTS + p] =
            LayerWeights.zeros(spec.aggregator(), spec.size(l - 1), size);
      }
    }
    dAround = new float[Math.multiplyExact(nodes, widest)];
  }

  /**
   * Computes the final vectors of some nodes.
   *
   * @param nodes distinct nodes, the first {@code count} entries
   * @param dropout the share of a layer's values that are dropped, in [0, 1)
   * @param seed of the dropout: the same seed drops the same values
   */
  void forward(
      int[] nodes,
      int count,
      List<LayerWeights> layers,
      float[] edgeWeights,
      float dropout,
      long seed) {
    findActive(nodes, count);
    for (int l = 1; l <= spec.depth(); l++) {
      int layer = l;
      LayerWeights weights = layers.get(l - 1);
      masks[l].draw(dropout, seed + l);
      workers.forBlocks(
          active[l].size(),
          LayerBlock.ROWS,
          (from, to, worker) ->
              forwardBlock(layer, weights, edgeWeights, from, to - from, blocks[worker]));
    }
    outputs = nodes;
    outputCount = count;
    int size = spec.finalSize();
    if (finals.length < count * size) {
      finals = new float[count * size];
      dFinals = new float[count * size];
    }
    Arrays.fill(dFinals, 0, count * size, 0);
    workers.forBlocks(
        count,
        OUTPUTS,
        (from, to, _) -> {
          for (int i = from; i < to; i++) {
            Readout.forward(spec, states, nodes[i], nodes[i] < graph.userCount(), finals, i * size);
          }
        });
  }

  /** The final vectors (count, finalSize) of the nodes given to {@link #forward}, in their order. */
  float[] finals() {
    return finals;
  }

  /** Where their gradient goes; zero after {@link #forward}. */
  float[] dFinals() {
    return dFinals;
  }

  private void findActive(int[] nodes, int count) {
    int depth = spec.depth();
    for (int l = depth; l >= 0; l--) {
      active[l].clear();
      if (l == depth) {
        for (int i = 0; i < count; i++) {
          active[l].add(nodes[i]);
        }
      } else {
        NodeSet above = active[l + 1];
        for (int i = 0; i < above.size(); i++) {
          int node = above.get(i);
          active[l].add(node);
          for (int e = graph.begin(node); e < graph.end(node); e++) {
            active[l].add(graph.tail(e));
          }
        }
      }
      active[l].order();
    }
  }

  private void forwardBlock(
      int layer, LayerWeights weights, float[] edgeWeights, int from, int rows, LayerBlock block) {
    int in = weights.in();
    int size = weights.out();
    float[] around = arounds[layer];
    gatherSelf(layer, from, rows, block);
    Arrays.fill(around, from * in, (from + rows) * in, 0);
    for (int i = from; i < from + rows; i++) {
      int node = active[layer].get(i);
      kernel.gatherAdd(
          edgeWeights,
          graph.tails(),
          graph.begin(node),
          graph.end(node),
          states[layer - 1],
          in,
          around,
          i * in);
    }
    block.forward(
        weights, around, from * in, rows, pres[layer], from * size, active[layer].size() * size);
    for (int r = 0; r < rows; r++) {
      int node = active[layer].get(from + r);
      masks[layer].apply(node, block.out, r * size);
      System.arraycopy(block.out, r * size, states[layer], node * size, size);
      Arrays.fill(dStates[layer], node * size, (node + 1) * size, 0);
    }
  }

  private void gatherSelf(int layer, int from, int rows, LayerBlock block) {
    int in = spec.size(layer - 1);
    for (int r = 0; r < rows; r++) {
      int node = active[layer].get(from + r);
      System.arraycopy(states[layer - 1], node * in, block.self, r * in, in);
    }
  }

  /**
   * Adds the gradients of the base rows and of the layers' weights.
   *
   * @param dNodes rows that are read are touched
   * @param dLayers as {@code layers}
   */
  void backward(
      List<LayerWeights> layers,
      float[] edgeWeights,
      NodeGradient dNodes,
      List<LayerWeights> dLayers) {
    for (int i = 0; i < active[0].size(); i++) {
      dNodes.touch(active[0].get(i));
    }
    dStates[0] = dNodes.rows();
    int finalSize = spec.finalSize();
    workers.forBlocks( // the nodes are distinct, so a row has one writer
        outputCount,
        OUTPUTS,
        (from, to, _) -> {
          for (int i = from; i < to; i++) {
            Readout.backward(spec, states, outputs[i], dFinals, i * finalSize, dStates);
          }
        });
    for (int l = spec.depth(); l >= 1; l--) {
      backwardDense(l, layers.get(l - 1));
      for (int p = 0; p < PARTS; p++) {
        float[] part = partial[(l - 1) * PARTS + p].values();
        float[] sum = dLayers.get(l - 1).values();
        for (int i = 0; i < sum.length; i++) {
          sum[i] += part[i];
        }
      }
      backwardEdges(l, edgeWeights);
    }
  }

  /** Through the matrices: rows to self and neighbourhood, in fixed parts. */
  private void backwardDense(int layer, LayerWeights weights) {
    int rows = active[layer].size();
    int in = weights.in();
    float[][] transposed = new float[spec.aggregator().branches()][];
    Arrays.setAll(transposed, weights::transposed);
    Arrays.fill(dAround, 0, rows * in, 0);
    int blockCount = Math.ceilDiv(rows, LayerBlock.ROWS);
    workers.forBlocks(
        PARTS,
        1,
        (part, _, worker) -> {
          LayerWeights dWeights = partial[(layer - 1) * PARTS + part];
          dWeights.clear();
          int end = (int) ((part + 1L) * blockCount / PARTS);
          for (int b = (int) ((long) part * blockCount / PARTS); b < end; b++) {
            int from = b * LayerBlock.ROWS;
            int count = Math.min(LayerBlock.ROWS, rows - from);
            backwardBlock(layer, weights, transposed, from, count, dWeights, blocks[worker]);
          }
        });
  }

  private void backwardBlock(
      int layer,
      LayerWeights weights,
      float[][] transposed,
      int from,
      int rows,
      LayerWeights dWeights,
      LayerBlock block) {
    int in = weights.in();
    int size = weights.out();
    gatherSelf(layer, from, rows, block);
    for (int r = 0; r < rows; r++) {
      int node = active[layer].get(from + r);
      System.arraycopy(dStates[layer], node * size, block.out, r * size, size);
      masks[layer].apply(node, block.out, r * size);
    }
    float[] dSelf = block.around; // free during the backward pass
    Arrays.fill(dSelf, 0, rows * in, 0);
    block.backward(
        weights,
        transposed,
        arounds[layer],
        from * in,
        rows,
        pres[layer],
        from * size,
        active[layer].size() * size,
        dWeights,
        dSelf,
        dAround);
    float[] below = dStates[layer - 1];
    for (int r = 0; r < rows; r++) {
      int row = active[layer].get(from + r) * in;
      for (int d = 0; d < in; d++) {
        below[row + d] += dSelf[r * in + d];
      }
    }
  }

  /** Along the edges, against their direction; each task owns a strip of columns. */
  private void backwardEdges(int layer, float[] edgeWeights) {
    int in = spec.size(layer - 1);
    int strip = Math.max(STRIP, Math.ceilDiv(Math.ceilDiv(in, workers.count()), STRIP) * STRIP);
    workers.forBlocks(
        in,
        strip,
        (dimFrom, dimTo, _) -> {
          for (int i = 0; i < active[layer].size(); i++) {
            int node = active[layer].get(i);
            kernel.scatterAdd(
                edgeWeights,
                graph.tails(),
                graph.begin(node),
                graph.end(node),
                dAround,
                i * in,
                dStates[layer - 1],
                in,
                dimFrom,
                dimTo);
          }
        });
  }
}
