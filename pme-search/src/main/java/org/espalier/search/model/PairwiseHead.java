package org.espalier.search.model;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.espalier.embeddings.kernel.FloatKernel;
import org.espalier.embeddings.kernel.FloatKernels;
import org.espalier.search.kernel.PoolingKernel;
import org.espalier.search.kernel.PoolingKernels;

/**
 * The second-order part of a factorisation machine (Rendle, ICDM 2010, lemma 3.1):
 * {@code Σ_{f<g} x_f · x_g = ½ (|S|² − Σ_f |x_f|²)} with {@code S = Σ_f x_f}; the gradient of {@code x_f}
 * is {@code S − x_f}. It has no weights.
 */
final class PairwiseHead extends Head {

  private static final FloatKernel KERNEL = FloatKernels.best();
  private static final PoolingKernel POOLING = PoolingKernels.best();

  private final int fieldCount;
  private final int dim;
  private float[] sums = new float[0]; // (samples, D)
  private float[] units = new float[0]; // (units): squared norms, then sums of gradients

  PairwiseHead(int at, int fieldCount, int dim) {
    super(at);
    this.fieldCount = fieldCount;
    this.dim = dim;
  }

  @Override
  int count() {
    return 0;
  }

  @Override
  void initialise(float[] dense, RandomGenerator random) {
    // nothing to draw: this head has no weights
  }

  @Override
  void forward(UnitBatch batch, float[] dense, Dropout dropout, float[] logits) {
    sums = UnitBatch.atLeast(sums, batch.sampleCount() * dim);
    units = UnitBatch.atLeast(units, batch.unitCount());
    for (int u = 0; u < batch.unitCount(); u++) {
      units[u] = KERNEL.squaredNorm(batch.x, u * dim, dim);
    }
    for (int s = 0; s < batch.sampleCount(); s++) {
      int cell = s * fieldCount;
      POOLING.sumRows(batch.x, dim, batch.index, cell, fieldCount, sums, s * dim);
      float squares = KERNEL.squaredNorm(sums, s * dim, dim);
      for (int f = 0; f < fieldCount; f++) {
        squares -= units[batch.index[cell + f]];
      }
      logits[s] += 0.5f * squares;
    }
  }

  @Override
  void backward(UnitBatch batch, float[] dense, float[] dLogits, float[] dDense) {
    Arrays.fill(units, 0, batch.unitCount(), 0f);
    for (int s = 0; s < batch.sampleCount(); s++) {
      int cell = s * fieldCount;
      POOLING.addToRows(dLogits[s], sums, s * dim, batch.index, cell, fieldCount, batch.dx, dim);
      for (int f = 0; f < fieldCount; f++) {
        units[batch.index[cell + f]] += dLogits[s];
      }
    }
    for (int u = 0; u < batch.unitCount(); u++) {
      KERNEL.axpy(-units[u], batch.x, u * dim, batch.dx, u * dim, dim);
    }
  }

  @Override
  void rotate(float[] dense, float[] rotation) {
    // inner products do not change when all vectors turn
  }
}
