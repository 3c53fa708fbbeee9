package org.espalier.kgat.model;

import java.util.Arrays;
import org.espalier.embeddings.kernel.FloatKernel;
import org.espalier.embeddings.kernel.FloatKernels;
import org.espalier.kgat.kernel.GraphKernel;
import org.espalier.kgat.kernel.GraphKernels;
import org.espalier.learning.kernel.TrainingKernel;
import org.espalier.learning.kernel.TrainingKernels;

/**
 * What all edges of one head and relation have in common in {@link Attention}: {@code q =
 * W_r·tanh(e_h·W_r + e_r)}; the score of an edge is {@code e_t·q}. For single rows, where {@link
 * Attention} does whole graphs. One thread's.
 */
public final class AttentionQuery {

  private final TransR transR;
  private final TrainingKernel dense = TrainingKernels.best();
  private final GraphKernel graphs = GraphKernels.best();
  private final FloatKernel floats = FloatKernels.best();
  private final float[] projected;
  private final float[] query;

  /** Works with the relations of a model; all others have the query 0. */
  public AttentionQuery(TransR transR) {
    this.transR = transR;
    projected = new float[transR.size()];
    query = new float[transR.dim()];
  }

  /**
   * The query (dim) of a head; valid until the next call.
   *
   * @param relation without the inverses
   * @param inverse whether the edges are of its inverse
   * @param nodes (nodeCount, dim)
   */
  public float[] of(int relation, boolean inverse, float[] nodes, int head) {
    int dim = transR.dim();
    int size = transR.size();
    if (relation >= transR.relations()) {
      Arrays.fill(query, 0);
      return query;
    }
    int matrix = transR.projectionAt(relation);
    for (int i = 0; i < size; i++) {
      float translation = transR.vectors()[relation * size + i];
      projected[i] = inverse ? -translation : translation;
    }
    dense.multiplyAdd(
        1,
        size,
        dim,
        nodes,
        head * dim,
        dim,
        1,
        transR.projections(),
        matrix,
        size,
        projected,
        0,
        size);
    graphs.tanh(projected, 0, size);
    for (int d = 0; d < dim; d++) {
      query[d] = floats.dot(transR.projections(), matrix + d * size, projected, 0, size);
    }
    return query;
  }
}
