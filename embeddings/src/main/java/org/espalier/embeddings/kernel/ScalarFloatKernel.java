package org.espalier.embeddings.kernel;

/** The reference that the SIMD kernel is tested against, and the fallback without the module. */
final class ScalarFloatKernel extends FloatKernel {

  @Override
  public String name() {
    return "scalar";
  }

  @Override
  float dotUnchecked(float[] a, int aAt, float[] b, int bAt, int n) {
    float sum = 0;
    for (int i = 0; i < n; i++) {
      sum += a[aAt + i] * b[bAt + i];
    }
    return sum;
  }

  @Override
  void axpyUnchecked(float alpha, float[] x, int xAt, float[] y, int yAt, int n) {
    for (int i = 0; i < n; i++) {
      y[yAt + i] += alpha * x[xAt + i];
    }
  }
}
