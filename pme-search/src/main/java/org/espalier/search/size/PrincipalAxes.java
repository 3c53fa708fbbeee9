package org.espalier.search.size;

import org.espalier.search.data.CtrField;
import org.espalier.search.model.CtrModel;
import org.espalier.search.model.TableLayout;

/**
 * The rotation that puts a space's coordinates in the order in which tokens use them: the right
 * singular vectors of {@code √frequency · row}, strongest first. After it a short prefix keeps most.
 */
public final class PrincipalAxes {

  private static final int SWEEPS = 30; // Jacobi converges quadratically; ten do at this size

  private PrincipalAxes() {}

  /**
   * The rotation of a model's own rows, (D, D) row-major: {@code x · rotation} is in the new axes.
   *
   * @param model every token but the unknown ones owns a row as wide as the model
   */
  public static float[] of(CtrModel model) {
    TableLayout layout = model.layout();
    int dim = layout.dim();
    double[] gram = new double[dim * dim];
    float[] values = model.tableValues();
    for (int f = 0; f < model.fields().size(); f++) {
      CtrField field = model.fields().get(f);
      for (int t = 0; t < field.tokenCount(); t++) {
        int token = layout.fieldStart(f) + t;
        int at = layout.rowAt(token);
        int size = layout.size(token);
        for (int i = 0; i < size; i++) {
          for (int j = 0; j < size; j++) {
            gram[i * dim + j] += (double) field.counts()[t] * values[at + i] * values[at + j];
          }
        }
      }
    }
    return eigenvectors(gram, dim);
  }

  /**
   * The eigenvectors of a symmetric matrix as columns, largest eigenvalue first, by cyclic Jacobi
   * rotations (Golub and Van Loan, section 8.5); the matrix is overwritten.
   */
  static float[] eigenvectors(double[] a, int n) {
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
    float[] sorted = new float[n * n];
    boolean[] used = new boolean[n];
    for (int column = 0; column < n; column++) {
      int largest = -1;
      for (int i = 0; i < n; i++) {
        if (!used[i] && (largest < 0 || a[i * n + i] > a[largest * n + largest])) {
          largest = i;
        }
      }
      used[largest] = true;
      for (int i = 0; i < n; i++) {
        sorted[i * n + column] = (float) v[i * n + largest];
      }
    }
    return sorted;
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
