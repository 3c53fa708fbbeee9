package org.espalier.search.model;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.espalier.embeddings.kernel.FloatKernel;
import org.espalier.embeddings.kernel.FloatKernels;

/**
 * The first-order part: {@code b + r · Σ_f x_f}. A read-out of the embedding instead of a weight of its
 * own for every token, which would have to be stored, and counted, beside the row. One {@code r} for
 * all fields makes one direction of the space theirs in common, so a row of a single number holds it.
 */
final class LinearHead extends Head {

  private static final FloatKernel KERNEL = FloatKernels.best();

  private final int fieldCount;
  private final int dim;
  private float[] sums = new float[0]; // (units): of the outputs, then of the gradients

  LinearHead(int at, int fieldCount, int dim) {
    super(at);
    this.fieldCount = fieldCount;
    this.dim = dim;
  }

  @Override
  int count() {
    return 1 + dim;
  }

  private int readOutAt() {
    return at + 1;
  }

  @Override
  void initialise(float[] dense, RandomGenerator random) {
    dense[at] = 0;
    glorot(dense, at + 1, dim, dim, 1, random);
  }

  @Override
  void forward(UnitBatch batch, float[] dense, Dropout dropout, float[] logits) {
    sums = UnitBatch.atLeast(sums, batch.unitCount());
    for (int u = 0; u < batch.unitCount(); u++) {
      sums[u] = KERNEL.dot(batch.x, u * dim, dense, readOutAt(), dim);
    }
    for (int s = 0; s < batch.sampleCount(); s++) {
      float sum = dense[at];
      for (int f = 0; f < fieldCount; f++) {
        sum += sums[batch.index[s * fieldCount + f]];
      }
      logits[s] += sum;
    }
  }

  @Override
  void backward(UnitBatch batch, float[] dense, float[] dLogits, float[] dDense) {
    Arrays.fill(sums, 0, batch.unitCount(), 0f);
    for (int s = 0; s < batch.sampleCount(); s++) {
      dDense[at] += dLogits[s];
      for (int f = 0; f < fieldCount; f++) {
        sums[batch.index[s * fieldCount + f]] += dLogits[s];
      }
    }
    for (int u = 0; u < batch.unitCount(); u++) {
      KERNEL.axpy(sums[u], batch.x, u * dim, dDense, readOutAt(), dim);
      KERNEL.axpy(sums[u], dense, readOutAt(), batch.dx, u * dim, dim);
    }
  }

  @Override
  void rotate(float[] dense, float[] rotation) {
    rotateRows(dense, readOutAt(), dim, 1, rotation);
  }
}
