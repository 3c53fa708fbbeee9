package org.espalier.kgat.history;

import java.util.SplittableRandom;
import org.espalier.learning.kernel.Workers;

/**
 * The form for histories that are too short to regress on: an item gains as much as it has in common with the items of the history, {@code B = G}
 * off the diagonal times {@code ln(1 + 1/λ)}. Beside an encoder, whose scores are logarithms of chances,
 * the first common user then raises a chance from λ to λ + 1 parts, and each further one by as much.
 *
 * <p>B is cut to a rank by subspace iteration that only multiplies by G. What is cut matters most where
 * histories are and where recommendations go, so it is the error of {@code D^½·B·D} that is least, D
 * being G's diagonal: how often a row is read, and what can rise to the top at all. With an orthonormal
 * basis V the tables are {@code B·D·V} and {@code D⁻¹·V}.
 *
 * <p>Costs some products with G and n·rank² multiply-adds for n items.
 */
final class CommonForm {

  private static final int ITERATIONS = 5;

  private CommonForm() {}

  static ClosedForm fit(
      ItemAffinity affinity, int items, ClosedFormSpec spec, long seed, Workers workers) {
    int rank = Math.min(spec.rank(), items);
    float[] own = affinity.diagonal();
    SplittableRandom random = new SplittableRandom(seed);
    float[] v = new float[Math.multiplyExact(rank, items)]; // vectors are rows here
    for (int i = 0; i < v.length; i++) {
      v[i] = (float) random.nextGaussian();
    }
    for (int iteration = 0; iteration < ITERATIONS; iteration++) {
      SquareMatrix.orthonormalise(v, rank, items);
      float[] ofHistories = common(affinity, own, scaled(v, own), rank, workers);
      v = scaled(common(affinity, own, scaled(ofHistories, own), rank, workers), own);
    }
    SquareMatrix.orthonormalise(v, rank, items);
    float[] source = common(affinity, own, scaled(v, own), rank, workers);
    float gain = (float) Math.log1p(1 / spec.regularisation());
    for (int i = 0; i < source.length; i++) {
      source[i] *= gain;
    }
    float[] inverse = new float[items]; // an item with nothing of its own has nothing in common
    for (int item = 0; item < items; item++) {
      inverse[item] = own[item] > 0 ? 1 / own[item] : 0;
    }
    return new ClosedForm(
        items,
        rank,
        SquareMatrix.transposed(source, rank, items),
        SquareMatrix.transposed(scaled(v, inverse), rank, items));
  }

  /** {@code x·G} without G's diagonal. */
  private static float[] common(
      ItemAffinity affinity, float[] own, float[] x, int rows, Workers workers) {
    float[] product = affinity.multiply(x, rows, workers);
    for (int i = 0; i < x.length; i++) {
      product[i] -= own[i % own.length] * x[i];
    }
    return product;
  }

  /** Rows times a diagonal matrix. */
  private static float[] scaled(float[] x, float[] diagonal) {
    float[] result = new float[x.length];
    for (int i = 0; i < x.length; i++) {
      result[i] = x[i] * diagonal[i % diagonal.length];
    }
    return result;
  }
}
