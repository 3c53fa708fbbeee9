package org.espalier.learning.kernel;

import java.util.Arrays;
import java.util.Objects;

/**
 * Dense single-precision kernels that training needs beyond those of {@link
 * org.espalier.embeddings.kernel.FloatKernel}. Two implementations exist, a scalar one and one on the
 * Vector API; {@link TrainingKernels#best()} chooses once for the process.
 *
 * <p>Matrices are row-major slices: an array, where it starts and the distance between rows. Every
 * method checks its slices once and then runs plain loops; none allocates.
 *
 * <p>Sums may be reordered, but always in the same way: one implementation at one vector width gives
 * the same bits for the same input, interpreted or compiled, so that a training can be repeated.
 */
public abstract sealed class TrainingKernel permits ScalarTrainingKernel, VectorTrainingKernel {

  /** What runs, for logs and metrics: {@code scalar}, {@code simd-256}, {@code simd-512}. */
  public abstract String name();

  /**
   * Matrix product: {@code c[i, j] += Σ_p a[i, p] * b[p, j]} for {@code i < m, j < n, p < k}.
   *
   * @param a at {@code aAt + i * aRow + p * aColumn}, so that a transposed matrix is a swap of strides
   * @param b at {@code bAt + p * bRow + j}
   * @param c at {@code cAt + i * cRow + j}
   */
  public final void multiplyAdd(
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
    if (m == 0 || n == 0 || k == 0) {
      return;
    }
    long aLast = (long) (m - 1) * aRow + (long) (k - 1) * aColumn;
    Objects.checkFromIndexSize(aAt, aLast + 1, (long) a.length);
    Objects.checkFromIndexSize(bAt, (long) (k - 1) * bRow + n, (long) b.length);
    Objects.checkFromIndexSize(cAt, (long) (m - 1) * cRow + n, (long) c.length);
    multiplyAddUnchecked(m, n, k, a, aAt, aRow, aColumn, b, bAt, bRow, c, cAt, cRow);
  }

  /**
   * Scores of users for items: {@code scores[u, i] = Σ_d users[u, d] * items[i, d]}.
   *
   * @param users (userCount, dim) from {@code usersAt}, rows without gaps
   * @param panels items as {@link #pack} leaves them
   * @param scores (userCount, itemCount rounded up to whole panels) from {@code
   *     scoresAt}, rows {@code scoresRow} apart
   */
  public final void score(
      int userCount,
      int itemCount,
      int dim,
      float[] users,
      int usersAt,
      float[] panels,
      float[] scores,
      int scoresAt,
      int scoresRow) {
    int width = panelWidth();
    for (int panel = 0; panel * width < itemCount; panel++) {
      int at = panel * width;
      for (int u = 0; u < userCount; u++) {
        int from = scoresAt + u * scoresRow + at;
        Arrays.fill(scores, from, from + width, 0);
      }
      multiplyAdd(
          userCount,
          width,
          dim,
          users,
          usersAt,
          dim,
          1,
          panels,
          at * dim,
          width,
          scores,
          scoresAt + at,
          scoresRow);
    }
  }

  /** How many items {@link #pack} lays side by side. */
  public abstract int panelWidth();

  /** {@code count} rounded up to whole panels. */
  public final int panelled(int count) {
    return Math.ceilDiv(count, panelWidth()) * panelWidth();
  }

  /**
   * Lays rows side by side, dimension-major, in panels of {@link #panelWidth()}, so that in {@link
   * #score} a lane is an item and no lane is summed across. The last panel is filled with zeros.
   *
   * @param rows (·, dim) row-major
   * @param panels receives {@code panelled(count) * dim} values
   */
  public final void pack(float[] rows, int from, int count, int dim, float[] panels) {
    Objects.checkFromIndexSize((long) from * dim, (long) count * dim, (long) rows.length);
    Objects.checkFromIndexSize(0, panelled(count) * dim, panels.length);
    int width = panelWidth();
    for (int r = 0; r < panelled(count); r++) {
      int at = r / width * width * dim + r % width;
      for (int d = 0; d < dim; d++) {
        panels[at + d * width] = r < count ? rows[(from + r) * dim + d] : 0;
      }
    }
  }

  /**
   * Adds a Gram matrix: {@code gram[i, j] += Σ_r rows[r, i] * rows[r, j]} for {@code j >= i}; what is
   * below the diagonal is left undefined.
   *
   * @param rows (count, dim) row-major from {@code rowsAt}
   * @param gram (dim, dim)
   */
  public final void addGram(float[] rows, int rowsAt, int count, int dim, float[] gram) {
    Objects.checkFromIndexSize(rowsAt, (long) count * dim, (long) rows.length);
    Objects.checkFromIndexSize(0, dim * dim, gram.length);
    addGramUnchecked(rows, rowsAt, count, dim, gram);
  }

  /**
   * Solves {@code A x = b} for a symmetric positive definite A by Cholesky decomposition.
   *
   * @param a (n, n), its upper triangle; destroyed
   * @param b (n), replaced by x
   * @return false when A is not positive definite; b is then undefined
   */
  public final boolean solve(float[] a, int n, float[] b) {
    Objects.checkFromIndexSize(0, n * n, a.length);
    Objects.checkFromIndexSize(0, n, b.length);
    return solveUnchecked(a, n, b);
  }

  /**
   * Replaces {@code x[at .. at + n)} by its softmax.
   *
   * @return the logarithm of the sum of the exponentials
   */
  public final double softmax(float[] x, int at, int n) {
    Objects.checkFromIndexSize(at, n, x.length);
    return softmaxUnchecked(x, at, n);
  }

  /**
   * One step of Adam (Kingma and Ba, ICLR 2015) on a slice: {@code m ← β₁m + (1-β₁)g; v ← β₂v +
   * (1-β₂)g²; w ← w - stepSize * m / (√v * rootScale + ε)}.
   *
   * @param stepSize learning rate divided by {@code 1 - β₁ᵗ}
   * @param rootScale {@code 1 / √(1 - β₂ᵗ)}
   */
  public final void adam(
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
    Objects.checkFromIndexSize(at, n, weights.length);
    Objects.checkFromIndexSize(at, n, mean.length);
    Objects.checkFromIndexSize(at, n, square.length);
    Objects.checkFromIndexSize(gradientAt, n, gradient.length);
    adamUnchecked(
        weights,
        at,
        gradient,
        gradientAt,
        mean,
        square,
        n,
        beta1,
        beta2,
        epsilon,
        stepSize,
        rootScale);
  }

  /** Returns {@code Σ_i a[aAt + i] * b[bAt + i]} for {@code i < n}. */
  public final float dot(float[] a, int aAt, float[] b, int bAt, int n) {
    Objects.checkFromIndexSize(aAt, n, a.length);
    Objects.checkFromIndexSize(bAt, n, b.length);
    return dotUnchecked(a, aAt, b, bAt, n);
  }

  /** Returns {@code Σ_d u[d] * (p[d] - q[d])} of slices of length n. */
  public final float dotDifference(
      float[] u, int uAt, float[] p, int pAt, float[] q, int qAt, int n) {
    Objects.checkFromIndexSize(uAt, n, u.length);
    Objects.checkFromIndexSize(pAt, n, p.length);
    Objects.checkFromIndexSize(qAt, n, q.length);
    return dotDifferenceUnchecked(u, uAt, p, pAt, q, qAt, n);
  }

  /**
   * Moves a user and two items apart along the gradient of their score difference, all three from the
   * old values: {@code u += step (p - q) - decay u; p += step u - decay p; q -= step u + decay q}.
   */
  public final void pairwiseStep(
      float[] u, int uAt, float[] p, int pAt, float[] q, int qAt, int n, float step, float decay) {
    Objects.checkFromIndexSize(uAt, n, u.length);
    Objects.checkFromIndexSize(pAt, n, p.length);
    Objects.checkFromIndexSize(qAt, n, q.length);
    pairwiseStepUnchecked(u, uAt, p, pAt, q, qAt, n, step, decay);
  }

  /** The first position {@code from <= at < to} with {@code x[at] > threshold}, else {@code to}. */
  public final int firstAbove(float[] x, int from, int to, float threshold) {
    Objects.checkFromToIndex(from, to, x.length);
    return firstAboveUnchecked(x, from, to, threshold);
  }

  abstract void multiplyAddUnchecked(
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
      int cRow);

  abstract void addGramUnchecked(float[] rows, int rowsAt, int count, int dim, float[] gram);

  abstract boolean solveUnchecked(float[] a, int n, float[] b);

  abstract double softmaxUnchecked(float[] x, int at, int n);

  abstract void adamUnchecked(
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
      float rootScale);

  abstract float dotUnchecked(float[] a, int aAt, float[] b, int bAt, int n);

  abstract float dotDifferenceUnchecked(
      float[] u, int uAt, float[] p, int pAt, float[] q, int qAt, int n);

  abstract void pairwiseStepUnchecked(
      float[] u, int uAt, float[] p, int pAt, float[] q, int qAt, int n, float step, float decay);

  abstract int firstAboveUnchecked(float[] x, int from, int to, float threshold);
}
