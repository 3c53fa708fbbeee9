package org.espalier.search.retrieval;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import org.espalier.embeddings.fit.SymmetricEigen;
import org.espalier.learning.mf.MfModel;

/**
 * Axes in which both tables of a factorisation use the coordinates in the same order: the singular
 * vectors of the score matrix {@code U Vᵀ}. After it a prefix of d coordinates is the best
 * approximation of all scores by d coordinates, and {@code UᵀU} and {@code VᵀV} are diagonal and equal up
 * to one factor. Scores stay as they are.
 *
 * <p>With {@code UᵀU = L Lᵀ} and {@code Lᵀ (VᵀV) L = W Σ² Wᵀ} the change is {@code U L⁻ᵀ W Σ^½} and
 * {@code V L W Σ^-½}. The score matrix itself is never formed: everything is (D, D).
 */
final class BalancedAxes {

  /** A direction weaker than this share of the strongest is rounding. */
  private static final double RANK_TOLERANCE = 1e-7;

  private BalancedAxes() {}

  /**
   * The same model in its balanced axes, strongest first; what it has no rank for is zero. The mean
   * length of users' and items' vectors keeps its ratio, because folding in depends on it.
   */
  static MfModel of(MfModel model) {
    int dim = model.dim();
    double[] users = gram(model.userVectors(), dim);
    double[] items = gram(model.itemVectors(), dim);
    SymmetricEigen userEigen = SymmetricEigen.of(users, dim);
    // L = E Λ^½ with the eigenvectors E as columns; L⁻ᵀ = E Λ^-½
    double[] root = scaledVectors(userEigen, dim, Math::sqrt);
    double[] inverse = scaledVectors(userEigen, dim, value -> 1 / Math.sqrt(value));
    double[] inner = product(product(transposed(root, dim), items, dim), root, dim);
    SymmetricEigen scores = SymmetricEigen.of(symmetric(inner, dim), dim);
    // Σ² are the eigenvalues, so Σ^±½ is their power ±¼
    double[] toUsers = product(inverse, scaledVectors(scores, dim, v -> Math.pow(v, 0.25)), dim);
    double[] toItems = product(root, scaledVectors(scores, dim, v -> Math.pow(v, -0.25)), dim);
    double scale = ratioKeeper(users, items, dim);
    return new MfModel(
        dim,
        multiplied(model.userVectors(), toUsers, dim, scale),
        multiplied(model.itemVectors(), toItems, dim, 1 / scale));
  }

  /** Both tables have the energy Σ after the change, whatever they had before. */
  private static double ratioKeeper(double[] users, double[] items, int dim) {
    double ratio = trace(users, dim) / trace(items, dim);
    return ratio > 0 && Double.isFinite(ratio) ? Math.pow(ratio, 0.25) : 1;
  }

  private static double trace(double[] matrix, int dim) {
    double sum = 0;
    for (int d = 0; d < dim; d++) {
      sum += matrix[d * dim + d];
    }
    return sum;
  }

  /** Eigenvectors as columns, each times a function of its eigenvalue; zero where there is no rank. */
  private static double[] scaledVectors(SymmetricEigen eigen, int n, DoubleUnaryOperator power) {
    double[] matrix = new double[n * n];
    double least = RANK_TOLERANCE * Math.max(eigen.values()[0], 0);
    for (int e = 0; e < n; e++) {
      double value = eigen.values()[e];
      if (value > least) {
        double factor = power.applyAsDouble(value);
        for (int i = 0; i < n; i++) {
          matrix[i * n + e] = factor * eigen.vectors()[e * n + i];
        }
      }
    }
    return matrix;
  }

  private static double[] gram(float[] rows, int dim) {
    double[] gram = new double[dim * dim];
    for (int at = 0; at < rows.length; at += dim) {
      for (int i = 0; i < dim; i++) {
        double value = rows[at + i];
        for (int j = 0; j <= i; j++) {
          gram[i * dim + j] += value * rows[at + j];
        }
      }
    }
    for (int i = 0; i < dim; i++) {
      for (int j = 0; j < i; j++) {
        gram[j * dim + i] = gram[i * dim + j];
      }
    }
    return gram;
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

  private static double[] transposed(double[] a, int n) {
    double[] result = new double[n * n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        result[j * n + i] = a[i * n + j];
      }
    }
    return result;
  }

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

  private static float[] multiplied(float[] rows, double[] matrix, int dim, double scale) {
    float[] result = new float[rows.length];
    double[] sums = new double[dim];
    for (int at = 0; at < rows.length; at += dim) {
      Arrays.fill(sums, 0);
      for (int i = 0; i < dim; i++) {
        double factor = scale * rows[at + i];
        for (int j = 0; j < dim; j++) {
          sums[j] += factor * matrix[i * dim + j];
        }
      }
      for (int j = 0; j < dim; j++) {
        result[at + j] = (float) sums[j];
      }
    }
    return result;
  }
}
