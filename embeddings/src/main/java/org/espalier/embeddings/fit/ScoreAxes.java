package org.espalier.embeddings.fit;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The coordinates of item vectors ordered by how much they move scores. With {@code C = E[q qᵀ]} over
 * queries, the squared score error of {@code x̂} for {@code x} is expected to be {@code |C^½ (x̂ − x)|²};
 * so with V the right singular vectors of {@code X C^½} the coordinates are {@code y = Vᵀ C^½ x}, every
 * one of them costs its square when it is left out, and {@code x = Σ y_i · C^-½ v_i}. Without queries C
 * is the identity: principal components about zero.
 */
final class ScoreAxes {

  /**
   * The share of the mean query energy that is added to every direction. Directions that no query has
   * would otherwise be divided by zero, and a later query that has them would meet noise.
   */
  private static final double RIDGE = 1e-4;

  private final int dim;
  private final float[] coordinates;
  private final float[] directions;
  private final double[] queryMoment;

  private ScoreAxes(int dim, float[] coordinates, float[] directions, double[] queryMoment) {
    this.dim = dim;
    this.coordinates = coordinates;
    this.directions = directions;
    this.queryMoment = queryMoment;
  }

  /**
   * The axes of items for queries.
   *
   * @param itemMoment (D, D), Σ x xᵀ over items
   * @param queryMoment (D, D), Σ q qᵀ over queries; null for none
   * @param queryCount how many there were
   */
  static ScoreAxes of(
      int dim, double[] itemMoment, double @Nullable [] queryMoment, long queryCount) {
    double[] moment = queryMoment == null ? identity(dim) : ridged(queryMoment, dim, queryCount);
    SymmetricEigen queries = SymmetricEigen.of(moment, dim);
    double[] root = queries.apply(Math::sqrt);
    double[] inverseRoot = queries.apply(value -> 1 / Math.sqrt(value));
    SymmetricEigen scores =
        SymmetricEigen.of(symmetric(product(product(root, itemMoment, dim), root, dim), dim), dim);
    return new ScoreAxes(
        dim,
        toFloats(product(scores.vectors(), root, dim)),
        toFloats(product(scores.vectors(), inverseRoot, dim)),
        moment);
  }

  /** (D, D) row-major, {@code y = coordinates · x}. */
  float[] coordinates() {
    return coordinates;
  }

  /** (D, D) row-major, one direction a row: {@code x = Σ y_i · direction_i}. */
  float[] directions() {
    return directions;
  }

  /** {@code C x}, so that {@code x̂ᵀ C x} is a dot product. */
  double[] weighted(double[] x) {
    double[] result = new double[dim];
    for (int i = 0; i < dim; i++) {
      for (int j = 0; j < dim; j++) {
        result[i] += queryMoment[i * dim + j] * x[j];
      }
    }
    return result;
  }

  private static double[] identity(int dim) {
    double[] matrix = new double[dim * dim];
    for (int i = 0; i < dim; i++) {
      matrix[i * dim + i] = 1;
    }
    return matrix;
  }

  private static double[] ridged(double[] moment, int dim, long count) {
    double[] mean = Arrays.stream(moment).map(value -> value / count).toArray();
    double trace = 0;
    for (int i = 0; i < dim; i++) {
      trace += mean[i * dim + i];
    }
    if (!(trace > 0)) {
      throw new IllegalArgumentException("all query vectors are zero; leave them out");
    }
    for (int i = 0; i < dim; i++) {
      mean[i * dim + i] += RIDGE * trace / dim;
    }
    return mean;
  }

  private static double[] product(double[] a, double[] b, int n) {
    double[] result = new double[n * n];
    for (int i = 0; i < n; i++) {
      for (int k = 0; k < n; k++) {
        double factor = a[i * n + k];
        for (int j = 0; j < n; j++) {
          result[i * n + j] += factor * b[k * n + j];
        }
      }
    }
    return result;
  }

  /** Takes away what rounding has made unlike. */
  private static double[] symmetric(double[] a, int n) {
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < i; j++) {
        double mean = (a[i * n + j] + a[j * n + i]) / 2;
        a[i * n + j] = mean;
        a[j * n + i] = mean;
      }
    }
    return a;
  }

  private static float[] toFloats(double[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }
}
