package org.espalier.kgat.kernel;

/** The reference that the SIMD kernel is tested against, and the fallback without the module. */
final class ScalarGraphKernel extends GraphKernel {

  @Override
  public String name() {
    return "scalar";
  }

  @Override
  void gather(
      float[] weights,
      int[] index,
      int from,
      int to,
      float[] rows,
      int dim,
      float[] out,
      int outAt) {
    for (int e = from; e < to; e++) {
      int row = index[e] * dim;
      for (int d = 0; d < dim; d++) {
        out[outAt + d] += weights[e] * rows[row + d];
      }
    }
  }

  @Override
  void gatherScaled(
      float[] weights,
      float[] factors,
      int[] index,
      int from,
      int to,
      float[] rows,
      int dim,
      float[] out,
      int outAt) {
    for (int e = from; e < to; e++) {
      int row = index[e] * dim;
      float weight = weights[e] * factors[index[e]];
      for (int d = 0; d < dim; d++) {
        out[outAt + d] += weight * rows[row + d];
      }
    }
  }

  @Override
  float squaredDistance(float[] a, int aAt, float[] b, int bAt, int n) {
    float sum = 0;
    for (int i = 0; i < n; i++) {
      float difference = a[aAt + i] - b[bAt + i];
      sum += difference * difference;
    }
    return sum;
  }

  @Override
  void scatter(
      float[] weights,
      int[] index,
      int from,
      int to,
      float[] x,
      int xAt,
      float[] rows,
      int dim,
      int dimFrom,
      int dimTo) {
    for (int e = from; e < to; e++) {
      int row = index[e] * dim;
      for (int d = dimFrom; d < dimTo; d++) {
        rows[row + d] += weights[e] * x[xAt + d];
      }
    }
  }

  @Override
  void dots(
      int[] index, int from, int to, float[] rows, int dim, float[] x, int xAt, float[] scores) {
    for (int e = from; e < to; e++) {
      int row = index[e] * dim;
      float sum = 0;
      for (int d = 0; d < dim; d++) {
        sum += rows[row + d] * x[xAt + d];
      }
      scores[e] = sum;
    }
  }

  @Override
  void tanhUnchecked(float[] x, int at, int n) {
    for (int i = at; i < at + n; i++) {
      x[i] = (float) Math.tanh(x[i]);
    }
  }
}
