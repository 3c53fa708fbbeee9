package org.espalier.kgat.history;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.espalier.learning.data.ItemSets;
import org.espalier.learning.kernel.Workers;

/**
 * The closed form by a matrix of all items. Scores {@code Z·B} are projected to the subspace in which
 * they vary most, with an orthonormal basis V: the tables are {@code B·V} and V.
 *
 * <p>Costs n² floats and n³ multiply-adds for n items.
 */
final class DenseForm {

  /** Powers of the subspace iteration: the leading directions are separated long before. */
  private static final int ITERATIONS = 6;

  private DenseForm() {}

  static ClosedForm fit(
      ItemAffinity affinity, ItemSets histories, ClosedFormSpec spec, long seed, Workers workers) {
    int items = histories.itemCount();
    float[] weights = affinity.dense();
    for (int i = 0; i < items; i++) {
      weights[i * items + i] += spec.regularisation();
    }
    SquareMatrix.invert(weights, items, workers);
    toPrediction(weights, items);
    int rank = Math.min(spec.rank(), items);
    float[] basis = basis(weights, histories, rank, seed, workers); // (rank, items)
    float[] target = SquareMatrix.transposed(basis, rank, items);
    float[] source = SquareMatrix.product(weights, items, items, target, rank, workers);
    return new ClosedForm(items, rank, source, target);
  }

  /** From P to B. */
  private static void toPrediction(float[] p, int n) {
    float[] diagonal = new float[n];
    for (int j = 0; j < n; j++) {
      diagonal[j] = p[j * n + j];
    }
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        p[i * n + j] = i == j ? 0 : -p[i * n + j] / diagonal[j];
      }
    }
  }

  /** Subspace iteration on {@code (Z·B)ᵀ(Z·B)}; vectors are rows here. */
  private static float[] basis(
      float[] b, ItemSets histories, int rank, long seed, Workers workers) {
    int items = histories.itemCount();
    SplittableRandom random = new SplittableRandom(seed);
    float[] v = new float[Math.multiplyExact(rank, items)];
    for (int i = 0; i < v.length; i++) {
      v[i] = (float) random.nextGaussian();
    }
    float[] bTransposed = SquareMatrix.transposed(b, items, items);
    SquareMatrix.orthonormalise(v, rank, items);
    for (int iteration = 0; iteration < ITERATIONS; iteration++) {
      float[] ofItems = SquareMatrix.product(v, rank, items, bTransposed, items, workers);
      throughHistories(ofItems, rank, histories, workers);
      v = SquareMatrix.product(ofItems, rank, items, b, items, workers);
      SquareMatrix.orthonormalise(v, rank, items);
    }
    return v;
  }

  /** Replaces each row x (items) by {@code ZᵀZ·x}. */
  private static void throughHistories(
      float[] rows, int count, ItemSets histories, Workers workers) {
    int items = histories.itemCount();
    workers.forBlocks(
        count,
        4,
        (from, to, _) -> {
          float[] result = new float[items];
          for (int r = from; r < to; r++) {
            Arrays.fill(result, 0);
            for (int user = 0; user < histories.userCount(); user++) {
              float sum = 0;
              for (int at = histories.begin(user); at < histories.end(user); at++) {
                sum += rows[r * items + histories.item(at)];
              }
              for (int at = histories.begin(user); at < histories.end(user); at++) {
                result[histories.item(at)] += sum;
              }
            }
            System.arraycopy(result, 0, rows, r * items, items);
          }
        });
  }
}
