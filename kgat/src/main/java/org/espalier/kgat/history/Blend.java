package org.espalier.kgat.history;

import org.espalier.kgat.model.RankingVectors;

/**
 * Two models side by side: vectors are concatenated, so scores are added, the first model's with
 * deviation 1 over all users and items, the second's with deviation {@code weight}; or both as they
 * are, when they have a unit in common.
 */
public final class Blend {

  private Blend() {}

  /** A weight that adds both models' scores as they are. */
  public static final float AS_THEY_ARE = 0;

  /** The concatenation of two models of the same users and items. */
  public static RankingVectors of(RankingVectors first, RankingVectors second, float weight) {
    int dim = first.dim() + second.dim();
    Scales scales = scales(first, second, weight);
    return new RankingVectors(
        dim,
        join(
            first.users(),
            first.dim(),
            scales.first(),
            second.users(),
            second.dim(),
            scales.second()),
        join(first.items(), first.dim(), 1, second.items(), second.dim(), 1));
  }

  /** What each model's users are multiplied by. */
  record Scales(float first, float second) {}

  /** What adds the scores of two models with a weight. */
  static Scales scales(RankingVectors first, RankingVectors second, float weight) {
    return weight == AS_THEY_ARE
        ? new Scales(1, 1)
        : new Scales((float) (1 / deviation(first)), (float) (weight / deviation(second)));
  }

  private static float[] join(
      float[] first,
      int firstDim,
      float firstScale,
      float[] second,
      int secondDim,
      float secondScale) {
    int rows = first.length / firstDim;
    int dim = firstDim + secondDim;
    float[] result = new float[Math.multiplyExact(rows, dim)];
    for (int r = 0; r < rows; r++) {
      for (int d = 0; d < firstDim; d++) {
        result[r * dim + d] = firstScale * first[r * firstDim + d];
      }
      for (int d = 0; d < secondDim; d++) {
        result[r * dim + firstDim + d] = secondScale * second[r * secondDim + d];
      }
    }
    return result;
  }

  /**
   * The standard deviation of all scores, from the sums and Gram matrices of both sides: {@code Σ(u·v)²
   * = Σ_ij (UᵀU)_ij (VᵀV)_ij}. 1 when all scores are equal.
   */
  static double deviation(RankingVectors vectors) {
    int dim = vectors.dim();
    long userCount = vectors.users().length / dim;
    long pairs = userCount * (vectors.items().length / dim);
    double[] users = gram(vectors.users(), dim);
    double[] items = gram(vectors.items(), dim);
    double[] userSums = sums(vectors.users(), dim);
    double[] itemSums = sums(vectors.items(), dim);
    double squares = 0;
    double sum = 0;
    for (int i = 0; i < dim; i++) {
      sum += userSums[i] * itemSums[i];
      for (int j = 0; j < dim; j++) {
        squares += users[i * dim + j] * items[i * dim + j];
      }
    }
    double variance = squares / pairs - (sum / pairs) * (sum / pairs);
    return variance > 1e-20 ? Math.sqrt(variance) : 1;
  }

  private static double[] sums(float[] rows, int dim) {
    double[] sums = new double[dim];
    for (int i = 0; i < rows.length; i++) {
      sums[i % dim] += rows[i];
    }
    return sums;
  }

  private static double[] gram(float[] rows, int dim) {
    double[] gram = new double[dim * dim];
    for (int at = 0; at < rows.length; at += dim) {
      for (int i = 0; i < dim; i++) {
        double x = rows[at + i];
        for (int j = 0; j < dim; j++) {
          gram[i * dim + j] += x * rows[at + j];
        }
      }
    }
    return gram;
  }
}
