package org.espalier.embeddings.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The kernels on the Vector API. Two accumulators hide the latency of a fused multiply-add; more
 * bring nothing at the row lengths that embeddings have.
 */
final class VectorFloatKernel extends FloatKernel {

  // A species that is not a constant keeps C2 from intrinsics: every operation then allocates.
  private static final VectorSpecies<Float> LANES = FloatVector.SPECIES_PREFERRED;
  private static final int WIDTH = LANES.length();

  @Override
  public String name() {
    return "simd-" + LANES.vectorBitSize();
  }

  @Override
  float dotUnchecked(float[] a, int aAt, float[] b, int bAt, int n) {
    int i = 0;
    float sum = 0;
    if (n >= WIDTH) {
      FloatVector even = FloatVector.zero(LANES);
      FloatVector odd = FloatVector.zero(LANES);
      int pairs = n - n % (2 * WIDTH);
      for (; i < pairs; i += 2 * WIDTH) {
        even =
            FloatVector.fromArray(LANES, a, aAt + i)
                .fma(FloatVector.fromArray(LANES, b, bAt + i), even);
        odd =
            FloatVector.fromArray(LANES, a, aAt + i + WIDTH)
                .fma(FloatVector.fromArray(LANES, b, bAt + i + WIDTH), odd);
      }
      if (n - i >= WIDTH) {
        even =
            FloatVector.fromArray(LANES, a, aAt + i)
                .fma(FloatVector.fromArray(LANES, b, bAt + i), even);
        i += WIDTH;
      }
      sum = even.add(odd).reduceLanes(VectorOperators.ADD);
    }
    for (; i < n; i++) { // tail: n % lanes
      sum += a[aAt + i] * b[bAt + i];
    }
    return sum;
  }

  @Override
  void axpyUnchecked(float alpha, float[] x, int xAt, float[] y, int yAt, int n) {
    FloatVector scale = FloatVector.broadcast(LANES, alpha);
    int whole = n - n % WIDTH;
    int i = 0;
    for (; i < whole; i += WIDTH) {
      FloatVector.fromArray(LANES, x, xAt + i)
          .fma(scale, FloatVector.fromArray(LANES, y, yAt + i))
          .intoArray(y, yAt + i);
    }
    for (; i < n; i++) { // tail: n % lanes
      y[yAt + i] += alpha * x[xAt + i];
    }
  }
}
