package org.espalier.kgat.model;

import java.util.Arrays;
import org.espalier.embeddings.kernel.FloatKernel;
import org.espalier.embeddings.kernel.FloatKernels;
import org.espalier.learning.kernel.TrainingKernel;
import org.espalier.learning.kernel.TrainingKernels;
import org.espalier.learning.kernel.Workers;

/**
 * The knowledge graph's loss (Wang et al., KDD 2019, equation 2), the mean over a batch of {@code −ln
 * σ(f(h, r, t′) − f(h, r, t))} with {@link TransR}'s f, and its gradient. With {@code x = (e_h − e_t)·W_r
 * + e_r}: f = ‖x‖², df/dx = 2x.
 */
final class TripleLoss {

  private static final int BLOCK = 32; // triples at a time, twice as many rows

  private final FloatKernel kernel = FloatKernels.best();
  private final TrainingKernel dense = TrainingKernels.best();
  private final int dim;
  private final int size;
  private final Scratch[] scratch;
  private final float[] dRows; // (2 a triple, dim): of e_h − e_t, then of e_h − e_t′
  private final double[] losses; // one a relation, so that their sum has a fixed order

  TripleLoss(int relations, int dim, int size, int capacity, Workers workers) {
    this.dim = dim;
    this.size = size;
    scratch = new Scratch[workers.count()];
    Arrays.setAll(scratch, _ -> new Scratch(dim, size));
    dRows = new float[Math.multiplyExact(2 * capacity, dim)];
    losses = new double[relations];
  }

  private static final class Scratch {
    final float[] differences;
    final float[] images;

    Scratch(int dim, int size) {
      differences = new float[2 * BLOCK * dim];
      images = new float[2 * BLOCK * size];
    }
  }

  /**
   * Adds the gradient of a batch and returns its loss.
   *
   * @param nodes (nodeCount, dim)
   */
  double lossAndGradient(
      TripleBatch batch,
      TransR transR,
      float[] nodes,
      NodeGradient dNodes,
      TransR dTransR,
      Workers workers) {
    batch.group();
    float[] transposed = transR.transposedProjections();
    Arrays.fill(dRows, 0, 2 * batch.size() * dim, 0);
    workers.forBlocks( // a relation's gradient has one writer
        transR.relations(),
        1,
        (relation, _, worker) -> {
          double sum = 0;
          for (int from = batch.begin(relation); from < batch.end(relation); from += BLOCK) {
            int count = Math.min(BLOCK, batch.end(relation) - from);
            sum +=
                block(
                    batch,
                    relation,
                    from,
                    count,
                    transR,
                    transposed,
                    nodes,
                    dTransR,
                    scratch[worker]);
          }
          losses[relation] = sum;
        });
    for (int i = 0; i < batch.size(); i++) {
      addToNode(dNodes, batch.head(i), 1, 2 * i);
      addToNode(dNodes, batch.head(i), 1, 2 * i + 1);
      addToNode(dNodes, batch.tail(i), -1, 2 * i);
      addToNode(dNodes, batch.corrupted(i), -1, 2 * i + 1);
    }
    return Arrays.stream(losses).sum() / batch.size();
  }

  private double block(
      TripleBatch batch,
      int relation,
      int from,
      int count,
      TransR transR,
      float[] transposed,
      float[] nodes,
      TransR dTransR,
      Scratch scratch) {
    float[] differences = scratch.differences;
    float[] x = scratch.images;
    int matrixAt = transR.projectionAt(relation);
    for (int i = 0; i < count; i++) {
      int head = batch.head(from + i) * dim;
      int tail = batch.tail(from + i) * dim;
      int corrupted = batch.corrupted(from + i) * dim;
      int row = 2 * i * dim;
      for (int d = 0; d < dim; d++) {
        differences[row + d] = nodes[head + d] - nodes[tail + d];
        differences[row + dim + d] = nodes[head + d] - nodes[corrupted + d];
      }
      System.arraycopy(transR.vectors(), relation * size, x, 2 * i * size, size);
      System.arraycopy(transR.vectors(), relation * size, x, (2 * i + 1) * size, size);
    }
    dense.multiplyAdd(
        2 * count,
        size,
        dim,
        differences,
        0,
        dim,
        1,
        transR.projections(),
        matrixAt,
        size,
        x,
        0,
        size);

    double loss = 0;
    for (int i = 0; i < count; i++) {
      int at = 2 * i * size;
      double margin =
          kernel.squaredNorm(x, at, size) - kernel.squaredNorm(x, at + size, size); // f(t) - f(t′)
      loss += Numbers.softplus(margin);
      float slope = (float) (2 * Numbers.sigmoid(margin) / batch.size());
      for (int d = 0; d < size; d++) {
        x[at + d] *= slope;
        x[at + size + d] *= -slope;
        dTransR.vectors()[relation * size + d] += x[at + d] + x[at + size + d];
      }
    }
    dense.multiplyAdd(
        dim,
        size,
        2 * count,
        differences,
        0,
        1,
        dim,
        x,
        0,
        size,
        dTransR.projections(),
        matrixAt,
        size);
    dense.multiplyAdd(
        2 * count, dim, size, x, 0, size, 1, transposed, matrixAt, dim, dRows, 2 * from * dim, dim);
    return loss;
  }

  private void addToNode(NodeGradient dNodes, int node, float sign, int row) {
    dNodes.touch(node);
    kernel.axpy(sign, dRows, row * dim, dNodes.rows(), node * dim, dim);
  }
}
