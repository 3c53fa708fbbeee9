package org.espalier.kgat.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The kernels on the Vector API. A gathered sum keeps four vectors of the result in registers while
 * all edges pass: four independent chains hide the latency of a fused multiply-add.
 */
final class VectorGraphKernel extends GraphKernel {

  // A species that is not a constant keeps C2 from intrinsics: every operation then allocates.
  private static final VectorSpecies<Float> LANES = FloatVector.SPECIES_PREFERRED;
  private static final int WIDTH = LANES.length();

  @Override
  public String name() {
    return "simd-" + LANES.vectorBitSize();
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
    int d = 0;
    for (; d + 4 * WIDTH <= dim; d += 4 * WIDTH) {
      FloatVector s0 = FloatVector.fromArray(LANES, out, outAt + d);
      FloatVector s1 = FloatVector.fromArray(LANES, out, outAt + d + WIDTH);
      FloatVector s2 = FloatVector.fromArray(LANES, out, outAt + d + 2 * WIDTH);
      FloatVector s3 = FloatVector.fromArray(LANES, out, outAt + d + 3 * WIDTH);
      for (int e = from; e < to; e++) {
        FloatVector w = FloatVector.broadcast(LANES, weights[e]);
        int row = index[e] * dim + d;
        s0 = w.fma(FloatVector.fromArray(LANES, rows, row), s0);
        s1 = w.fma(FloatVector.fromArray(LANES, rows, row + WIDTH), s1);
        s2 = w.fma(FloatVector.fromArray(LANES, rows, row + 2 * WIDTH), s2);
        s3 = w.fma(FloatVector.fromArray(LANES, rows, row + 3 * WIDTH), s3);
      }
      s0.intoArray(out, outAt + d);
      s1.intoArray(out, outAt + d + WIDTH);
      s2.intoArray(out, outAt + d + 2 * WIDTH);
      s3.intoArray(out, outAt + d + 3 * WIDTH);
    }
    for (; d + WIDTH <= dim; d += WIDTH) {
      FloatVector sum = FloatVector.fromArray(LANES, out, outAt + d);
      for (int e = from; e < to; e++) {
        FloatVector x = FloatVector.fromArray(LANES, rows, index[e] * dim + d);
        sum = FloatVector.broadcast(LANES, weights[e]).fma(x, sum);
      }
      sum.intoArray(out, outAt + d);
    }
    for (; d < dim; d++) { // tail: dim % lanes
      float sum = out[outAt + d];
      for (int e = from; e < to; e++) {
        sum += weights[e] * rows[index[e] * dim + d];
      }
      out[outAt + d] = sum;
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
    int d = 0;
    for (; d + 4 * WIDTH <= dim; d += 4 * WIDTH) {
      FloatVector s0 = FloatVector.fromArray(LANES, out, outAt + d);
      FloatVector s1 = FloatVector.fromArray(LANES, out, outAt + d + WIDTH);
      FloatVector s2 = FloatVector.fromArray(LANES, out, outAt + d + 2 * WIDTH);
      FloatVector s3 = FloatVector.fromArray(LANES, out, outAt + d + 3 * WIDTH);
      for (int e = from; e < to; e++) {
        FloatVector w = FloatVector.broadcast(LANES, weights[e] * factors[index[e]]);
        int row = index[e] * dim + d;
        s0 = w.fma(FloatVector.fromArray(LANES, rows, row), s0);
        s1 = w.fma(FloatVector.fromArray(LANES, rows, row + WIDTH), s1);
        s2 = w.fma(FloatVector.fromArray(LANES, rows, row + 2 * WIDTH), s2);
        s3 = w.fma(FloatVector.fromArray(LANES, rows, row + 3 * WIDTH), s3);
      }
      s0.intoArray(out, outAt + d);
      s1.intoArray(out, outAt + d + WIDTH);
      s2.intoArray(out, outAt + d + 2 * WIDTH);
      s3.intoArray(out, outAt + d + 3 * WIDTH);
    }
    for (; d + WIDTH <= dim; d += WIDTH) {
      FloatVector sum = FloatVector.fromArray(LANES, out, outAt + d);
      for (int e = from; e < to; e++) {
        FloatVector x = FloatVector.fromArray(LANES, rows, index[e] * dim + d);
        sum = FloatVector.broadcast(LANES, weights[e] * factors[index[e]]).fma(x, sum);
      }
      sum.intoArray(out, outAt + d);
    }
    for (; d < dim; d++) { // tail: dim % lanes
      float sum = out[outAt + d];
      for (int e = from; e < to; e++) {
        sum += weights[e] * factors[index[e]] * rows[index[e] * dim + d];
      }
      out[outAt + d] = sum;
    }
  }

  @Override
  float squaredDistance(float[] a, int aAt, float[] b, int bAt, int n) {
    FloatVector sums = FloatVector.zero(LANES);
    int whole = n - n % WIDTH;
    int i = 0;
    for (; i < whole; i += WIDTH) {
      FloatVector difference =
          FloatVector.fromArray(LANES, a, aAt + i).sub(FloatVector.fromArray(LANES, b, bAt + i));
      sums = difference.fma(difference, sums);
    }
    float sum = sums.reduceLanes(VectorOperators.ADD);
    for (; i < n; i++) { // tail: n % lanes
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
    int d = dimFrom;
    for (; d + 2 * WIDTH <= dimTo; d += 2 * WIDTH) {
      FloatVector x0 = FloatVector.fromArray(LANES, x, xAt + d);
      FloatVector x1 = FloatVector.fromArray(LANES, x, xAt + d + WIDTH);
      for (int e = from; e < to; e++) {
        FloatVector w = FloatVector.broadcast(LANES, weights[e]);
        int row = index[e] * dim + d;
        w.fma(x0, FloatVector.fromArray(LANES, rows, row)).intoArray(rows, row);
        w.fma(x1, FloatVector.fromArray(LANES, rows, row + WIDTH)).intoArray(rows, row + WIDTH);
      }
    }
    for (; d + WIDTH <= dimTo; d += WIDTH) {
      FloatVector x0 = FloatVector.fromArray(LANES, x, xAt + d);
      for (int e = from; e < to; e++) {
        int row = index[e] * dim + d;
        FloatVector.broadcast(LANES, weights[e])
            .fma(x0, FloatVector.fromArray(LANES, rows, row))
            .intoArray(rows, row);
      }
    }
    for (; d < dimTo; d++) { // tail: strip % lanes
      for (int e = from; e < to; e++) {
        rows[index[e] * dim + d] += weights[e] * x[xAt + d];
      }
    }
  }

  @Override
  void dots(
      int[] index, int from, int to, float[] rows, int dim, float[] x, int xAt, float[] scores) {
    int whole = dim - dim % WIDTH;
    for (int e = from; e < to; e++) {
      int row = index[e] * dim;
      FloatVector sums = FloatVector.zero(LANES);
      int d = 0;
      for (; d < whole; d += WIDTH) {
        sums =
            FloatVector.fromArray(LANES, rows, row + d)
                .fma(FloatVector.fromArray(LANES, x, xAt + d), sums);
      }
      float sum = sums.reduceLanes(VectorOperators.ADD);
      for (; d < dim; d++) { // tail: dim % lanes
        sum += rows[row + d] * x[xAt + d];
      }
      scores[e] = sum;
    }
  }

  @Override
  void tanhUnchecked(float[] x, int at, int n) {
    int whole = n - n % WIDTH;
    int i = at;
    for (; i < at + whole; i += WIDTH) {
      FloatVector.fromArray(LANES, x, i).lanewise(VectorOperators.TANH).intoArray(x, i);
    }
    for (; i < at + n; i++) { // tail: n % lanes
      x[i] = (float) Math.tanh(x[i]);
    }
  }
}
