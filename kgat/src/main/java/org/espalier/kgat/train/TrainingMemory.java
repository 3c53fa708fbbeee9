package org.espalier.kgat.train;

import org.espalier.kgat.history.ClosedForm;
import org.espalier.kgat.model.PropagationSpec;

/** What a training needs of the heap, beside the interactions and triples that it is given. */
public final class TrainingMemory {

  private static final long GRAPH_BYTES_A_TRIPLE =
      2 * (12 + 4) + 2 * 12; // rows, and their building
  private static final int MODEL_COPIES = 5; // values, gradients, two moments, the best so far
  private static final int STATE_COPIES =
      4; // of a layer: rows, gradients, before and after the step

  private TrainingMemory() {}

  /**
   * An estimate on the safe side.
   *
   * @param edges interactions and triples
   */
  public static long bytes(PropagatorSpec spec, long users, long items, long entities, long edges) {
    long nodes = users + entities;
    long graph = edges * GRAPH_BYTES_A_TRIPLE + nodes * 16;
    return graph
        + switch (spec) {
          case PropagatorSpec.Layered layered -> layered(layered.shape(), nodes, users + items);
          case PropagatorSpec.RandomProjection walks -> 4L * walks.dim() * (4 * nodes + 2 * users);
          case PropagatorSpec.History history -> {
            // The affinity of items, its shifted copy and its factors, where there is one; then
            // tables with moments.
            long square = items <= ClosedForm.DENSE_ITEMS_MAX ? 4L * items * items : 0;
            long closed = 4L * history.closedForm().rank() * (2 * users + 4 * items);
            long encoder = 4L * history.encoder().dim() * (2 * users + MODEL_COPIES * 2 * items);
            yield 3 * square + closed + encoder;
          }
        };
  }

  private static long layered(PropagationSpec shape, long nodes, long ranked) {
    long widths = shape.dim();
    for (int layer : shape.layers()) {
      widths += layer;
    }
    long model = 4L * MODEL_COPIES * nodes * shape.dim();
    return model + 4L * STATE_COPIES * nodes * widths + 4L * ranked * shape.finalSize();
  }
}
