package org.espalier.embeddings.kernel;

import java.util.Objects;

/**
 * Dense single-precision kernels over slices of {@code float[]}. Two implementations exist, a scalar
 * one and one on the Vector API; {@link FloatKernels#best()} chooses once for the process.
 *
 * <p>Every method checks its slices once and then runs a plain loop; none allocates. Sums may be
 * reordered, so results agree with the exact sum to within {@code n * ulp(1) * Σ|terms|}.
 */
public abstract sealed class FloatKernel permits ScalarFloatKernel, VectorFloatKernel {

  /** What runs, for logs and metrics: {@code scalar}, {@code simd-256}, {@code simd-512}. */
  public abstract String name();

  /** Returns {@code Σ_i a[aAt + i] * b[bAt + i]} for {@code i < n}. */
  public final float dot(float[] a, int aAt, float[] b, int bAt, int n) {
    Objects.checkFromIndexSize(aAt, n, a.length);
    Objects.checkFromIndexSize(bAt, n, b.length);
    return dotUnchecked(a, aAt, b, bAt, n);
  }

  /** Adds {@code alpha * x[xAt + i]} to {@code y[yAt + i]} for {@code i < n}. */
  public final void axpy(float alpha, float[] x, int xAt, float[] y, int yAt, int n) {
    Objects.checkFromIndexSize(xAt, n, x.length);
    Objects.checkFromIndexSize(yAt, n, y.length);
    axpyUnchecked(alpha, x, xAt, y, yAt, n);
  }

  /**
   * Scores row-major rows against one query: {@code scores[r] = Σ_d query[queryAt + d] * rows[r * dim
   * + d]}.
   *
   * @param rows (rowCount, dim) row-major, at least {@code rowCount * dim} long
   * @param scores receives {@code rowCount} values
   */
  public final void scoreRows(
      float[] query, int queryAt, int dim, float[] rows, int rowCount, float[] scores) {
    Objects.checkFromIndexSize(queryAt, dim, query.length);
    Objects.checkFromIndexSize(0, Math.multiplyExact(rowCount, dim), rows.length);
    Objects.checkFromIndexSize(0, rowCount, scores.length);
    for (int r = 0; r < rowCount; r++) {
      scores[r] = dotUnchecked(query, queryAt, rows, r * dim, dim);
    }
  }

  /** Returns {@code Σ_i a[aAt + i]²} for {@code i < n}. */
  public final float squaredNorm(float[] a, int aAt, int n) {
    return dot(a, aAt, a, aAt, n);
  }

  abstract float dotUnchecked(float[] a, int aAt, float[] b, int bAt, int n);

  abstract void axpyUnchecked(float alpha, float[] x, int xAt, float[] y, int yAt, int n);
}
