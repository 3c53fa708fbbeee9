package org.espalier.embeddings.fit;

import org.espalier.embeddings.table.StepListener;
import org.espalier.embeddings.table.VectorSource;

/** {@code Σ x xᵀ} over vectors, in double precision. */
final class SecondMoment {

  private SecondMoment() {}

  /**
   * The sum, (D, D).
   *
   * @throws IllegalArgumentException naming source and row, for a value that is not finite, or values
   *     too large to be squared
   */
  static double[] of(VectorSource source, String step, StepListener listener) {
    int dim = source.dim();
    double[] sum = new double[Math.multiplyExact(dim, dim)];
    double[] row = new double[dim];
    Blocks.forEach(
        source,
        step,
        listener,
        (from, rows, vectors) -> {
          for (int r = 0; r < rows; r++) {
            for (int d = 0; d < dim; d++) {
              float value = vectors[r * dim + d];
              if (!Float.isFinite(value)) {
                throw new IllegalArgumentException(
                    "%s: row %d, value %d is %s".formatted(source.name(), from + r, d, value));
              }
              row[d] = value;
            }
            add(row, sum);
          }
        });
    for (int i = 0; i < dim; i++) {
      for (int j = 0; j < i; j++) {
        sum[i * dim + j] = sum[j * dim + i];
      }
    }
    return sum;
  }

  /** Adds the upper triangle of {@code x xᵀ}. */
  private static void add(double[] x, double[] sum) {
    int dim = x.length;
    for (int i = 0; i < dim; i++) {
      double factor = x[i];
      int at = i * dim;
      for (int j = i; j < dim; j++) {
        sum[at + j] += factor * x[j];
      }
    }
  }
}
