package org.espalier.kgat.model;

import java.util.Arrays;
import java.util.List;
import org.espalier.learning.kernel.Workers;

/** Computes rows of a layer from those below, a block at a time, with one thread's scratch memory. */
public final class LayerRows {

  /** Rows of a block at most. */
  public static final int BLOCK = LayerBlock.ROWS;

  private static final int BLOCKS_AT_ONCE = 4; // what a thread takes at a time

  private final PropagationSpec spec;
  private final List<LayerWeights> layers;
  private final Gather gather;
  private final LayerBlock block;
  private final int[] nodes = new int[BLOCK];

  LayerRows(PropagationSpec spec, List<LayerWeights> layers, Gather gather) {
    this.spec = spec;
    this.layers = layers;
    this.gather = gather;
    block = new LayerBlock(spec);
  }

  /**
   * The rows of some nodes, end to end, before normalisation; valid until the next call.
   *
   * @param layer from 1
   * @param below (nodeCount, size of the layer below)
   * @param count at most {@link #BLOCK}
   */
  public float[] compute(int layer, float[] below, int[] nodes, int from, int count) {
    int in = spec.size(layer - 1);
    Arrays.fill(block.around, 0, count * in, 0);
    for (int r = 0; r < count; r++) {
      int node = nodes[from + r];
      System.arraycopy(below, node * in, block.self, r * in, in);
      gather.sum(node, below, in, block.around, r * in);
    }
    block.forward(layers.get(layer - 1), block.around, 0, count, TrainingPass.NOTHING, 0, 0);
    return block.out;
  }

  /**
   * Computes a layer of all nodes.
   *
   * @param above receives (nodeCount, size of the layer)
   * @param rows one for each worker
   */
  public static void all(
      int layer, int nodeCount, float[] below, float[] above, LayerRows[] rows, Workers workers) {
    workers.forBlocks(
        nodeCount,
        BLOCKS_AT_ONCE * BLOCK,
        (from, to, worker) -> {
          for (int first = from; first < to; first += BLOCK) {
            rows[worker].range(layer, below, first, Math.min(BLOCK, to - first), above);
          }
        });
  }

  private void range(int layer, float[] below, int first, int count, float[] above) {
    for (int r = 0; r < count; r++) {
      nodes[r] = first + r;
    }
    float[] out = compute(layer, below, nodes, 0, count);
    int size = spec.size(layer);
    System.arraycopy(out, 0, above, first * size, count * size);
  }
}
