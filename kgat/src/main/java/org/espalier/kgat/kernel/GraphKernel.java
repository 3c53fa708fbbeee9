package org.espalier.kgat.kernel;

import java.util.Objects;

/**
 * What a propagation over a graph spends its time on beside matrix products: weighted sums of
 * gathered rows, their transposes, and attention's scores. Two implementations exist, a scalar one and one on the Vector
 * API; {@link GraphKernels#best()} chooses once for the process.
 *
 * <p>Matrices are row-major slices of {@code float[]}. Every method checks its slices once and then
 * runs plain loops; none allocates. The gathered indices are checked by the JVM, one row at a time.
 * Sums may be reordered.
 */
public abstract sealed class GraphKernel permits ScalarGraphKernel, VectorGraphKernel {

  /** What runs, for logs and metrics: {@code scalar}, {@code simd-256}, {@code simd-512}. */
  public abstract String name();

  /**
   * {@code out[outAt + d] += Σ_e weights[e] · rows[index[e]·dim + d]} for {@code from <= e < to}.
   *
   * @param rows (any, dim)
   */
  public final void gatherAdd(
      float[] weights,
      int[] index,
      int from,
      int to,
      float[] rows,
      int dim,
      float[] out,
      int outAt) {
    Objects.checkFromToIndex(from, to, index.length);
    Objects.checkFromToIndex(from, to, weights.length);
    Objects.checkFromIndexSize(outAt, dim, out.length);
    gather(weights, index, from, to, rows, dim, out, outAt);
  }

  /**
   * {@code out[outAt + d] += Σ_e weights[e] · factors[index[e]] · rows[index[e]·dim + d]} for {@code
   * from <= e < to}: {@link #gatherAdd} where each row has a factor of its own.
   *
   * @param rows (any, dim)
   */
  public final void gatherScaledAdd(
      float[] weights,
      float[] factors,
      int[] index,
      int from,
      int to,
      float[] rows,
      int dim,
      float[] out,
      int outAt) {
    Objects.checkFromToIndex(from, to, index.length);
    Objects.checkFromToIndex(from, to, weights.length);
    Objects.checkFromIndexSize(outAt, dim, out.length);
    gatherScaled(weights, factors, index, from, to, rows, dim, out, outAt);
  }

  /** Returns {@code √Σ_i (a[aAt + i] − b[bAt + i])²} for {@code i < n}. */
  public final float distance(float[] a, int aAt, float[] b, int bAt, int n) {
    Objects.checkFromIndexSize(aAt, n, a.length);
    Objects.checkFromIndexSize(bAt, n, b.length);
    return (float) Math.sqrt(squaredDistance(a, aAt, b, bAt, n));
  }

  /**
   * {@code rows[index[e]·dim + d] += weights[e] · x[xAt + d]} for {@code from <= e < to} and {@code
   * dimFrom <= d < dimTo}: the transpose of {@link #gatherAdd} on a strip of columns, so that threads
   * with strips of their own need no locks.
   *
   * @param rows (any, dim)
   */
  public final void scatterAdd(
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
    Objects.checkFromToIndex(from, to, index.length);
    Objects.checkFromToIndex(from, to, weights.length);
    Objects.checkFromToIndex(dimFrom, dimTo, dim);
    Objects.checkFromIndexSize(xAt, dim, x.length);
    scatter(weights, index, from, to, x, xAt, rows, dim, dimFrom, dimTo);
  }

  /** {@code scores[e] = rows[index[e]·dim ..] · x[xAt ..]} for {@code from <= e < to}. */
  public final void gatherDot(
      int[] index, int from, int to, float[] rows, int dim, float[] x, int xAt, float[] scores) {
    Objects.checkFromToIndex(from, to, index.length);
    Objects.checkFromToIndex(from, to, scores.length);
    Objects.checkFromIndexSize(xAt, dim, x.length);
    dots(index, from, to, rows, dim, x, xAt, scores);
  }

  /** Replaces {@code x[at + i]} by its hyperbolic tangent for {@code i < n}. */
  public final void tanh(float[] x, int at, int n) {
    Objects.checkFromIndexSize(at, n, x.length);
    tanhUnchecked(x, at, n);
  }

  abstract void gather(
      float[] weights,
      int[] index,
      int from,
      int to,
      float[] rows,
      int dim,
      float[] out,
      int outAt);

  abstract void gatherScaled(
      float[] weights,
      float[] factors,
      int[] index,
      int from,
      int to,
      float[] rows,
      int dim,
      float[] out,
      int outAt);

  abstract float squaredDistance(float[] a, int aAt, float[] b, int bAt, int n);

  abstract void scatter(
      float[] weights,
      int[] index,
      int from,
      int to,
      float[] x,
      int xAt,
      float[] rows,
      int dim,
      int dimFrom,
      int dimTo);

  abstract void dots(
      int[] index, int from, int to, float[] rows, int dim, float[] x, int xAt, float[] scores);

  abstract void tanhUnchecked(float[] x, int at, int n);
}
