package org.espalier.embeddings.fit;

import java.util.Arrays;

/** Singular values by one-sided Jacobi rotations of columns: slow, and of no use to what it checks. */
final class NaiveSvd {

  private NaiveSvd() {}

  /**
   * The singular values, falling.
   *
   * @param matrix (rows, columns)
   */
  static double[] singularValues(double[] matrix, int rows, int columns) {
    double[] a = matrix.clone();
    for (int sweep = 0; sweep < 60; sweep++) {
      for (int p = 0; p < columns; p++) {
        for (int q = p + 1; q < columns; q++) {
          orthogonalise(a, rows, columns, p, q);
        }
      }
    }
    double[] values = new double[columns];
    for (int c = 0; c < columns; c++) {
      values[c] = -Math.sqrt(dot(a, rows, columns, c, c));
    }
    Arrays.sort(values);
    return Arrays.stream(values).map(value -> -value).toArray();
  }

  private static void orthogonalise(double[] a, int rows, int columns, int p, int q) {
    double pq = dot(a, rows, columns, p, q);
    double pp = dot(a, rows, columns, p, p);
    double qq = dot(a, rows, columns, q, q);
    if (Math.abs(pq) < 1e-14 * Math.sqrt(pp * qq) || pq == 0) {
      return;
    }
    double tau = (qq - pp) / (2 * pq);
    double t = Math.copySign(1, tau) / (Math.abs(tau) + Math.hypot(1, tau));
    double c = 1 / Math.hypot(1, t);
    for (int r = 0; r < rows; r++) {
      double x = a[r * columns + p];
      double y = a[r * columns + q];
      a[r * columns + p] = c * x - c * t * y;
      a[r * columns + q] = c * t * x + c * y;
    }
  }

  private static double dot(double[] a, int rows, int columns, int p, int q) {
    double sum = 0;
    for (int r = 0; r < rows; r++) {
      sum += a[r * columns + p] * a[r * columns + q];
    }
    return sum;
  }
}
