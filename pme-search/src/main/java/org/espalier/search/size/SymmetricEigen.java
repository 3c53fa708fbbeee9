package org.espalier.search.size;

/**
 * The eigenvalues and eigenvectors of a real symmetric matrix, largest eigenvalue first, by cyclic Jacobi
 * rotations (Golub and Van Loan, section 8.5).
 *
 * @param values (n), falling
 * @param vectors (n, n) row-major, one orthonormal eigenvector a row
 */
@SuppressWarnings("ArrayRecordComponent") // matrices; never compared
public record SymmetricEigen(double[] values, double[] vectors) {

  private static final int SWEEPS = 30; // convergence is quadratic; ten do for 64 rows

  /**
   * Decomposes a matrix.
   *
   * @param matrix (n, n), left as it is
   */
  public static SymmetricEigen of(double[] matrix, int n) {
    double[] a = matrix.clone();
    double[] v = new double[n * n];
    for (int i = 0; i < n; i++) {
      v[i * n + i] = 1;
    }
    for (int sweep = 0; sweep < SWEEPS; sweep++) {
      for (int p = 0; p < n - 1; p++) {
        for (int q = p + 1; q < n; q++) {
          rotate(a, v, n, p, q);
        }
      }
    }
    double[] values = new double[n];
    double[] vectors = new double[n * n];
    boolean[] used = new boolean[n];
    for (int e = 0; e < n; e++) {
      int largest = -1;
      for (int i = 0; i < n; i++) {
        if (!used[i] && (largest < 0 || a[i * n + i] > a[largest * n + largest])) {
          largest = i;
        }
      }
      used[largest] = true;
      values[e] = a[largest * n + largest];
      for (int i = 0; i < n; i++) {
        vectors[e * n + i] = v[i * n + largest];
      }
    }
    return new SymmetricEigen(values, vectors);
  }

  /** Zeroes a[p][q] by a rotation in the plane of p and q. */
  private static void rotate(double[] a, double[] v, int n, int p, int q) {
    double apq = a[p * n + q];
    if (apq == 0) {
      return;
    }
    double tau = (a[q * n + q] - a[p * n + p]) / (2 * apq);
    double t = Math.copySign(1, tau) / (Math.abs(tau) + Math.hypot(1, tau));
    double c = 1 / Math.hypot(1, t);
    double s = t * c;
    for (int k = 0; k < n; k++) {
      double akp = a[k * n + p];
      double akq = a[k * n + q];
      a[k * n + p] = c * akp - s * akq;
      a[k * n + q] = s * akp + c * akq;
    }
    for (int k = 0; k < n; k++) {
      double apk = a[p * n + k];
      double aqk = a[q * n + k];
      a[p * n + k] = c * apk - s * aqk;
      a[q * n + k] = s * apk + c * aqk;
      double vkp = v[k * n + p];
      double vkq = v[k * n + q];
      v[k * n + p] = c * vkp - s * vkq;
      v[k * n + q] = s * vkp + c * vkq;
    }
  }
}
