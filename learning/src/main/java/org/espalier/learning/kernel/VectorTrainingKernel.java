package org.espalier.learning.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/** The kernels on the Vector API. */
final class VectorTrainingKernel extends TrainingKernel {

  // A species that is not a constant keeps C2 from intrinsics: every operation then allocates.
  private static final VectorSpecies<Float> LANES = FloatVector.SPECIES_PREFERRED;
  private static final int WIDTH = LANES.length();

  private static final VectorShuffle<Float> ROTATE_32 = VectorShuffle.iota(LANES, 32, 1, true);
  private static final VectorShuffle<Float> ROTATE_16 = VectorShuffle.iota(LANES, 16, 1, true);
  private static final VectorShuffle<Float> ROTATE_8 = VectorShuffle.iota(LANES, 8, 1, true);
  private static final VectorShuffle<Float> ROTATE_4 = VectorShuffle.iota(LANES, 4, 1, true);
  private static final VectorShuffle<Float> ROTATE_2 = VectorShuffle.iota(LANES, 2, 1, true);
  private static final VectorShuffle<Float> ROTATE_1 = VectorShuffle.iota(LANES, 1, 1, true);

  /** Rows of b that one sweep over the tiles uses: 256 rows of 64 floats fit the second cache. */
  private static final int DEPTH = 256;

  @Override
  public String name() {
    return "simd-" + LANES.vectorBitSize();
  }

  @Override
  public int panelWidth() {
    return 2 * WIDTH;
  }

  // Tiles of c, four rows by two vectors, stay in registers over a whole depth: eight independent
  // sums hide the latency of a fused multiply-add, and each load of b serves four rows.
  @Override
  void multiplyAddUnchecked(
      int m,
      int n,
      int k,
      float[] a,
      int aAt,
      int aRow,
      int aColumn,
      float[] b,
      int bAt,
      int bRow,
      float[] c,
      int cAt,
      int cRow) {
    int quads = m - m % 4;
    int pairs = n - n % (2 * WIDTH);
    int whole = n - n % WIDTH;
    for (int p = 0; p < k; p += DEPTH) {
      int depth = Math.min(DEPTH, k - p);
      int aBlock = aAt + p * aColumn;
      int bBlock = bAt + p * bRow;
      for (int i = 0; i < m; i += i < quads ? 4 : 1) {
        int aFrom = aBlock + i * aRow;
        int cFrom = cAt + i * cRow;
        int j = 0;
        if (i < quads) {
          for (; j < pairs; j += 2 * WIDTH) {
            tile4x2(depth, a, aFrom, aRow, aColumn, b, bBlock + j, bRow, c, cFrom + j, cRow);
          }
          if (j < whole) {
            tile4x1(depth, a, aFrom, aRow, aColumn, b, bBlock + j, bRow, c, cFrom + j, cRow);
            j += WIDTH;
          }
        } else {
          for (; j < whole; j += WIDTH) {
            tile1x1(depth, a, aFrom, aColumn, b, bBlock + j, bRow, c, cFrom + j);
          }
        }
        int rows = i < quads ? 4 : 1;
        for (; j < n; j++) { // tail: n % lanes
          for (int r = 0; r < rows; r++) {
            float sum = 0;
            for (int q = 0; q < depth; q++) {
              sum += a[aFrom + r * aRow + q * aColumn] * b[bBlock + q * bRow + j];
            }
            c[cFrom + r * cRow + j] += sum;
          }
        }
      }
    }
  }

  private static void tile4x2(
      int depth,
      float[] a,
      int aAt,
      int aRow,
      int aColumn,
      float[] b,
      int bAt,
      int bRow,
      float[] c,
      int cAt,
      int cRow) {
    FloatVector s00 = FloatVector.zero(LANES);
    FloatVector s01 = FloatVector.zero(LANES);
    FloatVector s10 = FloatVector.zero(LANES);
    FloatVector s11 = FloatVector.zero(LANES);
    FloatVector s20 = FloatVector.zero(LANES);
    FloatVector s21 = FloatVector.zero(LANES);
    FloatVector s30 = FloatVector.zero(LANES);
    FloatVector s31 = FloatVector.zero(LANES);
    for (int p = 0; p < depth; p++) {
      FloatVector b0 = FloatVector.fromArray(LANES, b, bAt);
      FloatVector b1 = FloatVector.fromArray(LANES, b, bAt + WIDTH);
      FloatVector a0 = FloatVector.broadcast(LANES, a[aAt]);
      s00 = a0.fma(b0, s00);
      s01 = a0.fma(b1, s01);
      FloatVector a1 = FloatVector.broadcast(LANES, a[aAt + aRow]);
      s10 = a1.fma(b0, s10);
      s11 = a1.fma(b1, s11);
      FloatVector a2 = FloatVector.broadcast(LANES, a[aAt + 2 * aRow]);
      s20 = a2.fma(b0, s20);
      s21 = a2.fma(b1, s21);
      FloatVector a3 = FloatVector.broadcast(LANES, a[aAt + 3 * aRow]);
      s30 = a3.fma(b0, s30);
      s31 = a3.fma(b1, s31);
      aAt += aColumn;
      bAt += bRow;
    }
    addTo(s00, c, cAt);
    addTo(s01, c, cAt + WIDTH);
    addTo(s10, c, cAt + cRow);
    addTo(s11, c, cAt + cRow + WIDTH);
    addTo(s20, c, cAt + 2 * cRow);
    addTo(s21, c, cAt + 2 * cRow + WIDTH);
    addTo(s30, c, cAt + 3 * cRow);
    addTo(s31, c, cAt + 3 * cRow + WIDTH);
  }

  private static void tile4x1(
      int depth,
      float[] a,
      int aAt,
      int aRow,
      int aColumn,
      float[] b,
      int bAt,
      int bRow,
      float[] c,
      int cAt,
      int cRow) {
    FloatVector s0 = FloatVector.zero(LANES);
    FloatVector s1 = FloatVector.zero(LANES);
    FloatVector s2 = FloatVector.zero(LANES);
    FloatVector s3 = FloatVector.zero(LANES);
    for (int p = 0; p < depth; p++) {
      FloatVector b0 = FloatVector.fromArray(LANES, b, bAt);
      s0 = FloatVector.broadcast(LANES, a[aAt]).fma(b0, s0);
      s1 = FloatVector.broadcast(LANES, a[aAt + aRow]).fma(b0, s1);
      s2 = FloatVector.broadcast(LANES, a[aAt + 2 * aRow]).fma(b0, s2);
      s3 = FloatVector.broadcast(LANES, a[aAt + 3 * aRow]).fma(b0, s3);
      aAt += aColumn;
      bAt += bRow;
    }
    addTo(s0, c, cAt);
    addTo(s1, c, cAt + cRow);
    addTo(s2, c, cAt + 2 * cRow);
    addTo(s3, c, cAt + 3 * cRow);
  }

  private static void tile1x1(
      int depth,
      float[] a,
      int aAt,
      int aColumn,
      float[] b,
      int bAt,
      int bRow,
      float[] c,
      int cAt) {
    FloatVector sum = FloatVector.zero(LANES);
    for (int p = 0; p < depth; p++) {
      FloatVector b0 = FloatVector.fromArray(LANES, b, bAt);
      sum = FloatVector.broadcast(LANES, a[aAt]).fma(b0, sum);
      aAt += aColumn;
      bAt += bRow;
    }
    addTo(sum, c, cAt);
  }

  private static void addTo(FloatVector sum, float[] c, int at) {
    FloatVector.fromArray(LANES, c, at).add(sum).intoArray(c, at);
  }

  /** The product of rowsᵀ and rows, four of its rows at a time, from the diagonal on. */
  @Override
  void addGramUnchecked(float[] rows, int rowsAt, int count, int dim, float[] gram) {
    for (int i = 0; i < dim; i += 4) {
      int from = i - i % WIDTH; // whole vectors, which may start left of the diagonal
      multiplyAddUnchecked(
          Math.min(4, dim - i),
          dim - from,
          count,
          rows,
          rowsAt + i,
          1,
          dim,
          rows,
          rowsAt + from,
          dim,
          gram,
          i * dim + from,
          dim);
    }
  }

  /** A = UᵀU row by row, then the two triangular systems. */
  @Override
  boolean solveUnchecked(float[] a, int n, float[] b) {
    for (int i = 0; i < n; i++) {
      float pivot = a[i * n + i];
      if (!(pivot > 0)) {
        return false;
      }
      float scale = (float) (1 / Math.sqrt(pivot));
      scale(a, i * n + i, n - i, scale);
      b[i] *= scale; // forward substitution beside the factorisation
      for (int r = i + 1; r < n; r++) {
        // Starting at a whole vector spares a tail; what that changes below the diagonal is unused.
        int from = r - r % WIDTH;
        subtract(a[i * n + r], a, i * n + from, a, r * n + from, n - from);
      }
      subtract(b[i], a, i * n + i + 1, b, i + 1, n - i - 1);
    }
    for (int i = n - 1; i >= 0; i--) {
      float sum = b[i];
      for (int j = i + 1; j < n; j++) {
        sum -= a[i * n + j] * b[j];
      }
      b[i] = sum / a[i * n + i];
    }
    return true;
  }

  /** {@code x[at .. at + n) *= factor}. */
  private static void scale(float[] x, int at, int n, float factor) {
    int i = 0;
    for (; i < n - n % WIDTH; i += WIDTH) {
      FloatVector.fromArray(LANES, x, at + i).mul(factor).intoArray(x, at + i);
    }
    for (; i < n; i++) { // tail: n % lanes
      x[at + i] *= factor;
    }
  }

  /** {@code y[yAt .. yAt + n) -= factor * x[xAt .. xAt + n)}. */
  private static void subtract(float factor, float[] x, int xAt, float[] y, int yAt, int n) {
    FloatVector minus = FloatVector.broadcast(LANES, -factor);
    int i = 0;
    for (; i < n - n % WIDTH; i += WIDTH) {
      FloatVector.fromArray(LANES, x, xAt + i)
          .fma(minus, FloatVector.fromArray(LANES, y, yAt + i))
          .intoArray(y, yAt + i);
    }
    for (; i < n; i++) { // tail: n % lanes
      y[yAt + i] -= factor * x[xAt + i];
    }
  }

  @Override
  double softmaxUnchecked(float[] x, int at, int n) {
    int end = at + n;
    int whole = end - n % WIDTH;
    FloatVector maxima = FloatVector.broadcast(LANES, Float.NEGATIVE_INFINITY);
    int i = at;
    for (; i < whole; i += WIDTH) {
      maxima = maxima.max(FloatVector.fromArray(LANES, x, i));
    }
    float max = maxima.reduceLanes(VectorOperators.MAX);
    for (; i < end; i++) { // tail: n % lanes
      max = Math.max(max, x[i]);
    }
    FloatVector sums = FloatVector.zero(LANES);
    for (i = at; i < whole; i += WIDTH) {
      FloatVector e = exp(FloatVector.fromArray(LANES, x, i).sub(max));
      e.intoArray(x, i);
      sums = sums.add(e);
    }
    float sum = sumOf(sums);
    for (; i < end; i++) { // tail: n % lanes
      x[i] = (float) Math.exp(x[i] - max);
      sum += x[i];
    }
    scale(x, at, n, 1 / sum);
    return max + Math.log(sum);
  }

  /**
   * The sum of the lanes, by halves. {@code reduceLanes} is free to choose another order, and does when
   * its caller is compiled.
   */
  private static float sumOf(FloatVector lanes) {
    FloatVector sums = lanes;
    if (WIDTH > 32) {
      sums = sums.add(sums.rearrange(ROTATE_32));
    }
    if (WIDTH > 16) {
      sums = sums.add(sums.rearrange(ROTATE_16));
    }
    if (WIDTH > 8) {
      sums = sums.add(sums.rearrange(ROTATE_8));
    }
    if (WIDTH > 4) {
      sums = sums.add(sums.rearrange(ROTATE_4));
    }
    sums = sums.add(sums.rearrange(ROTATE_2));
    return sums.add(sums.rearrange(ROTATE_1)).lane(0);
  }

  /**
   * exp of values up to 0, to within 4 ulp: x = k ln 2 + r, then 2ᵏ times the Taylor polynomial of
   * degree 6 on |r| ≤ ln 2 / 2, whose remainder is below 1.2e-7. Below -87 the result is that of -87.
   */
  private static FloatVector exp(FloatVector x) {
    FloatVector bounded = x.max(-87f);
    // Adding 1.5 * 2^23 rounds to an integer, which then stands in the lowest bits.
    FloatVector shifted = bounded.mul(1.442695f).add(12_582_912f);
    FloatVector k = shifted.sub(12_582_912f);
    FloatVector r =
        k.fma(
            FloatVector.broadcast(LANES, 2.121944e-4f),
            k.fma(FloatVector.broadcast(LANES, -0x1.63p-1f), bounded));
    FloatVector e = FloatVector.broadcast(LANES, 1 / 720f);
    e = e.fma(r, FloatVector.broadcast(LANES, 1 / 120f));
    e = e.fma(r, FloatVector.broadcast(LANES, 1 / 24f));
    e = e.fma(r, FloatVector.broadcast(LANES, 1 / 6f));
    e = e.fma(r, FloatVector.broadcast(LANES, 0.5f));
    e = e.fma(r, FloatVector.broadcast(LANES, 1f));
    e = e.fma(r, FloatVector.broadcast(LANES, 1f));
    IntVector exponent = shifted.reinterpretAsInts().add(127).lanewise(VectorOperators.LSHL, 23);
    return e.mul(exponent.reinterpretAsFloats());
  }

  @Override
  void adamUnchecked(
      float[] weights,
      int at,
      float[] gradient,
      int gradientAt,
      float[] mean,
      float[] square,
      int n,
      float beta1,
      float beta2,
      float epsilon,
      float stepSize,
      float rootScale) {
    int i = 0;
    for (; i < n - n % WIDTH; i += WIDTH) {
      FloatVector g = FloatVector.fromArray(LANES, gradient, gradientAt + i);
      FloatVector m = FloatVector.fromArray(LANES, mean, at + i).mul(beta1).add(g.mul(1 - beta1));
      FloatVector v =
          FloatVector.fromArray(LANES, square, at + i).mul(beta2).add(g.mul(g).mul(1 - beta2));
      m.intoArray(mean, at + i);
      v.intoArray(square, at + i);
      FloatVector root = v.sqrt().mul(rootScale).add(epsilon);
      FloatVector.fromArray(LANES, weights, at + i)
          .sub(m.mul(stepSize).div(root))
          .intoArray(weights, at + i);
    }
    for (; i < n; i++) { // tail: n % lanes
      float g = gradient[gradientAt + i];
      float m = beta1 * mean[at + i] + (1 - beta1) * g;
      float v = beta2 * square[at + i] + (1 - beta2) * g * g;
      mean[at + i] = m;
      square[at + i] = v;
      weights[at + i] -= stepSize * m / ((float) Math.sqrt(v) * rootScale + epsilon);
    }
  }

  @Override
  float dotUnchecked(float[] a, int aAt, float[] b, int bAt, int n) {
    FloatVector sums = FloatVector.zero(LANES);
    int i = 0;
    for (; i < n - n % WIDTH; i += WIDTH) {
      sums =
          FloatVector.fromArray(LANES, a, aAt + i)
              .fma(FloatVector.fromArray(LANES, b, bAt + i), sums);
    }
    float sum = sumOf(sums);
    for (; i < n; i++) { // tail: n % lanes
      sum += a[aAt + i] * b[bAt + i];
    }
    return sum;
  }

  @Override
  float dotDifferenceUnchecked(float[] u, int uAt, float[] p, int pAt, float[] q, int qAt, int n) {
    FloatVector sums = FloatVector.zero(LANES);
    int d = 0;
    for (; d < n - n % WIDTH; d += WIDTH) {
      FloatVector difference =
          FloatVector.fromArray(LANES, p, pAt + d).sub(FloatVector.fromArray(LANES, q, qAt + d));
      sums = FloatVector.fromArray(LANES, u, uAt + d).fma(difference, sums);
    }
    float sum = sumOf(sums);
    for (; d < n; d++) { // tail: n % lanes
      sum += u[uAt + d] * (p[pAt + d] - q[qAt + d]);
    }
    return sum;
  }

  @Override
  void pairwiseStepUnchecked(
      float[] u, int uAt, float[] p, int pAt, float[] q, int qAt, int n, float step, float decay) {
    float keep = 1 - decay;
    FloatVector steps = FloatVector.broadcast(LANES, step);
    FloatVector minusSteps = FloatVector.broadcast(LANES, -step);
    int d = 0;
    for (; d < n - n % WIDTH; d += WIDTH) {
      FloatVector user = FloatVector.fromArray(LANES, u, uAt + d);
      FloatVector up = FloatVector.fromArray(LANES, p, pAt + d);
      FloatVector down = FloatVector.fromArray(LANES, q, qAt + d);
      up.sub(down).fma(steps, user.mul(keep)).intoArray(u, uAt + d);
      user.fma(steps, up.mul(keep)).intoArray(p, pAt + d);
      user.fma(minusSteps, down.mul(keep)).intoArray(q, qAt + d);
    }
    for (; d < n; d++) { // tail: n % lanes
      float user = u[uAt + d];
      float up = p[pAt + d];
      float down = q[qAt + d];
      u[uAt + d] = keep * user + step * (up - down);
      p[pAt + d] = keep * up + step * user;
      q[qAt + d] = keep * down - step * user;
    }
  }

  @Override
  int firstAboveUnchecked(float[] x, int from, int to, float threshold) {
    int at = from;
    for (; at + WIDTH <= to; at += WIDTH) {
      VectorMask<Float> above =
          FloatVector.fromArray(LANES, x, at).compare(VectorOperators.GT, threshold);
      if (above.anyTrue()) {
        return at + above.firstTrue();
      }
    }
    while (at < to && !(x[at] > threshold)) { // tail
      at++;
    }
    return at;
  }
}
