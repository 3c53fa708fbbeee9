package org.espalier.embeddings.fit;

import it.unimi.dsi.fastutil.ints.IntArrays;
import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.EigenDecomposition_F64;

/**
 * The eigenvalues and eigenvectors of a real symmetric matrix, largest eigenvalue first.
 *
 * @param values (n), falling
 * @param vectors (n, n) row-major, one orthonormal eigenvector a row; each one's largest component is
 *     positive, so that the same matrix gives the same vectors
 */
@SuppressWarnings("ArrayRecordComponent") // matrices; never compared
public record SymmetricEigen(double[] values, double[] vectors) {

  /**
   * Decomposes a matrix.
   *
   * @param matrix (n, n), left as it is
   * @throws IllegalArgumentException when it has a value that is not finite
   */
  public static SymmetricEigen of(double[] matrix, int n) {
    for (double value : matrix) {
      if (!Double.isFinite(value)) {
        throw new IllegalArgumentException("a matrix to decompose has the value " + value);
      }
    }
    EigenDecomposition_F64<DMatrixRMaj> found = DecompositionFactory_DDRM.eig(n, true, true);
    if (!found.decompose(new DMatrixRMaj(n, n, true, matrix.clone()))) {
      throw new ArithmeticException(
          "the eigenvalues of a (%d, %d) matrix do not converge".formatted(n, n));
    }
    double[] unsorted = new double[n];
    int[] order = new int[n];
    for (int i = 0; i < n; i++) {
      unsorted[i] = found.getEigenvalue(i).getReal();
      order[i] = i;
    }
    IntArrays.quickSort(order, (a, b) -> Double.compare(unsorted[b], unsorted[a]));
    double[] values = new double[n];
    double[] vectors = new double[n * n];
    for (int i = 0; i < n; i++) {
      values[i] = unsorted[order[i]];
      double[] vector = found.getEigenVector(order[i]).getData();
      double sign = largestIsNegative(vector) ? -1 : 1;
      for (int d = 0; d < n; d++) {
        vectors[i * n + d] = sign * vector[d];
      }
    }
    return new SymmetricEigen(values, vectors);
  }

  private static boolean largestIsNegative(double[] vector) {
    double largest = Arrays.stream(vector).reduce(0, (a, b) -> Math.abs(b) > Math.abs(a) ? b : a);
    return largest < 0;
  }

  /**
   * {@code f(A)}: the matrix of the same eigenvectors whose eigenvalues went through a function.
   *
   * @return (n, n)
   */
  double[] apply(DoubleUnaryOperator function) {
    int n = values.length;
    double[] result = new double[n * n];
    for (int e = 0; e < n; e++) {
      double value = function.applyAsDouble(values[e]);
      for (int i = 0; i < n; i++) {
        double factor = value * vectors[e * n + i];
        for (int j = 0; j < n; j++) {
          result[i * n + j] += factor * vectors[e * n + j];
        }
      }
    }
    return result;
  }
}
