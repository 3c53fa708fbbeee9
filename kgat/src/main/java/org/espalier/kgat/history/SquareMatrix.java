package org.espalier.kgat.history;

import java.util.Arrays;
import org.espalier.embeddings.kernel.FloatKernel;
import org.espalier.embeddings.kernel.FloatKernels;
import org.espalier.learning.kernel.TrainingKernel;
import org.espalier.learning.kernel.TrainingKernels;
import org.espalier.learning.kernel.Workers;

/** Operations on large dense matrices, cut into blocks that threads share. */
final class SquareMatrix {

  private static final int BLOCK = 64;
  private static final TrainingKernel DENSE = TrainingKernels.best();
  private static final FloatKernel KERNEL = FloatKernels.best();

  private SquareMatrix() {}

  /**
   * Replaces a symmetric positive definite matrix by its inverse: Gauss-Jordan elimination of a block
   * of columns at a time, whose pivot block is inverted in double precision. It needs no exchange of
   * rows, because every pivot block of such a matrix is positive definite itself.
   *
   * @param a (n, n)
   * @throws ArithmeticException when a pivot is not positive
   */
  static void invert(float[] a, int n, Workers workers) {
    float[] columns = new float[n * Math.min(n, BLOCK)];
    float[] rows = new float[Math.min(n, BLOCK) * n];
    for (int from = 0; from < n; from += BLOCK) {
      int size = Math.min(BLOCK, n - from);
      float[] pivot = invertedBlock(a, n, from, size);
      for (int i = 0; i < n; i++) { // what is left of these columns is −C·P, made by the update
        for (int j = 0; j < size; j++) {
          columns[i * size + j] = -a[i * n + from + j];
          a[i * n + from + j] = 0;
        }
      }
      Arrays.fill(rows, 0, size * n, 0);
      DENSE.multiplyAdd(size, n, size, pivot, 0, size, 1, a, from * n, n, rows, 0, n);
      for (int i = 0; i < size; i++) {
        System.arraycopy(pivot, i * size, rows, i * n + from, size);
        Arrays.fill(columns, (from + i) * size, (from + i + 1) * size, 0);
        System.arraycopy(rows, i * n, a, (from + i) * n, n);
      }
      workers.forBlocks(
          n,
          BLOCK,
          (begin, end, _) ->
              DENSE.multiplyAdd(
                  end - begin,
                  n,
                  size,
                  columns,
                  begin * size,
                  size,
                  1,
                  rows,
                  0,
                  n,
                  a,
                  begin * n,
                  n));
    }
  }

  private static float[] invertedBlock(float[] a, int n, int from, int size) {
    double[] block = new double[size * size];
    for (int i = 0; i < size; i++) {
      for (int j = 0; j < size; j++) {
        block[i * size + j] = a[(from + i) * n + from + j];
      }
    }
    for (int p = 0; p < size; p++) {
      double pivot = block[p * size + p];
      if (!(pivot > 0)) {
        throw new ArithmeticException(
            "not positive definite: pivot %d is %s".formatted(from + p, pivot));
      }
      block[p * size + p] = 1;
      for (int j = 0; j < size; j++) {
        block[p * size + j] /= pivot;
      }
      for (int i = 0; i < size; i++) {
        double factor = block[i * size + p];
        if (i != p) {
          block[i * size + p] = 0;
          for (int j = 0; j < size; j++) {
            block[i * size + j] -= factor * block[p * size + j];
          }
        }
      }
    }
    float[] inverse = new float[size * size];
    for (int i = 0; i < inverse.length; i++) {
      inverse[i] = (float) block[i];
    }
    return inverse;
  }

  /** {@code x·a} with x (rows, n) and a (n, columns). */
  static float[] product(float[] x, int rows, int n, float[] a, int columns, Workers workers) {
    float[] result = new float[Math.multiplyExact(rows, columns)];
    workers.forBlocks(
        rows,
        BLOCK,
        (from, to, _) ->
            DENSE.multiplyAdd(
                to - from,
                columns,
                n,
                x,
                from * n,
                n,
                1,
                a,
                0,
                columns,
                result,
                from * columns,
                columns));
    return result;
  }

  /** Makes rows orthogonal and of length 1, each in turn against those before, twice for accuracy. */
  static void orthonormalise(float[] x, int rows, int n) {
    for (int i = 0; i < rows; i++) {
      for (int pass = 0; pass < 2; pass++) {
        for (int j = 0; j < i; j++) {
          KERNEL.axpy(-KERNEL.dot(x, i * n, x, j * n, n), x, j * n, x, i * n, n);
        }
        float length = (float) Math.sqrt(KERNEL.squaredNorm(x, i * n, n));
        float scale = length > 1e-12f ? 1 / length : 0; // a dependent row vanishes
        for (int d = i * n; d < (i + 1) * n; d++) {
          x[d] *= scale;
        }
      }
    }
  }

  /** The transpose of a (rows, columns) matrix. */
  static float[] transposed(float[] x, int rows, int columns) {
    float[] result = new float[x.length];
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        result[c * rows + r] = x[r * columns + c];
      }
    }
    return result;
  }
}
