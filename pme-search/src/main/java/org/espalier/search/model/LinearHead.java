package org.espalier.search.model;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.espalier.embeddings.kernel.FloatKernel;
import org.espalier.embeddings.kernel.FloatKernels;

/**
 * The first-order part: {@code b + Σ_f r_f · x_f}. A read-out of the embedding instead of a weight of
 * its own for every token, which would have to be stored, and counted, beside the row.
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
    return 1 + fieldCount * dim;
  }

  /** Where the read-out of a field starts, (D). */
  int readOutAt(int field) {
    return at + 1 + field * dim;
  }

  @Override
  void initialise(float[] dense, RandomGenerator random) {
    dense[at] = 0;
    glorot(dense, at + 1, fieldCount * dim, dim, 1, random);
  }

  @Override
  void forward(UnitBatch batch, float[] dense, Dropout dropout, float[] logits) {
    sums = UnitBatch.atLeast(sums, batch.unitCount());
    for (int f = 0; f < fieldCount; f++) {
      for (int u = batch.unitStart(f); u < batch.unitStart(f + 1); u++) {
        sums[u] = KERNEL.dot(batch.x, u * dim, dense, readOutAt(f), dim);
      }
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
    for (int f = 0; f < fieldCount; f++) {
      for (int u = batch.unitStart(f); u < batch.unitStart(f + 1); u++) {
        KERNEL.axpy(sums[u], batch.x, u * dim, dDense, readOutAt(f), dim);
        KERNEL.axpy(sums[u], dense, readOutAt(f), batch.dx, u * dim, dim);
      }
    }
  }

  @Override
  void rotate(float[] dense, float[] rotation) {
    for (int f = 0; f < fieldCount; f++) {
      rotateRows(dense, readOutAt(f), dim, 1, rotation);
    }
  }
}
