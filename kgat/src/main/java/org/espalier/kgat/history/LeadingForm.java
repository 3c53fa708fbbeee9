package org.espalier.kgat.history;

import java.util.SplittableRandom;
import org.espalier.embeddings.kernel.FloatKernel;
import org.espalier.embeddings.kernel.FloatKernels;
import org.espalier.learning.kernel.Workers;

/**
 * The closed form where G is too large to be written down: of all directions the leading ones, an
 * orthonormal basis V that subspace iteration finds by products with G alone, and {@code T = VᵀGV}. With
 * G taken for {@code VTVᵀ},
 *
 * <pre>(G + λI)⁻¹ = (I − V·M·Vᵀ)/λ,  M = I − λ(T + λI)⁻¹</pre>
 *
 * so that {@code B_ij = (V·M·Vᵀ)_ij/(1 − (V·M·Vᵀ)_jj)} off the diagonal. The diagonal is not zero here: it
 * is the score of an item for those who have it, which nobody asks for.
 *
 * <p>Costs a few products with G and n·rank² multiply-adds for n items.
 */
final class LeadingForm {

  private static final int ITERATIONS = 8;
  private static final FloatKernel KERNEL = FloatKernels.best();

  private LeadingForm() {}

  static ClosedForm fit(
      ItemAffinity affinity, int items, ClosedFormSpec spec, long seed, Workers workers) {
    int rank = Math.min(spec.rank(), items);
    float[] basis = basis(affinity, items, rank, seed, workers); // (rank, items)
    float[] target = SquareMatrix.transposed(basis, rank, items);
    float[] energies = // T
        SquareMatrix.product(
            affinity.multiply(basis, rank, workers), rank, items, target, rank, workers);
    float[] shrinkage = shrinkage(energies, rank, spec.regularisation(), workers);
    float[] source = SquareMatrix.product(target, items, rank, shrinkage, rank, workers);
    for (int item = 0; item < items; item++) {
      float own = KERNEL.dot(source, item * rank, target, item * rank, rank);
      float scale = 1 / Math.max(1e-6f, 1 - own);
      for (int d = item * rank; d < (item + 1) * rank; d++) {
        target[d] *= scale;
      }
    }
    return new ClosedForm(items, rank, source, target);
  }

  private static float[] basis(
      ItemAffinity affinity, int items, int rank, long seed, Workers workers) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] v = new float[Math.multiplyExact(rank, items)];
    for (int i = 0; i < v.length; i++) {
      v[i] = (float) random.nextGaussian();
    }
    SquareMatrix.orthonormalise(v, rank, items);
    for (int iteration = 0; iteration < ITERATIONS; iteration++) {
      v = affinity.multiply(v, rank, workers);
      SquareMatrix.orthonormalise(v, rank, items);
    }
    return v;
  }

  /** M from T. */
  private static float[] shrinkage(float[] energies, int rank, float lambda, Workers workers) {
    float[] m = new float[rank * rank];
    for (int i = 0; i < rank; i++) {
      for (int j = 0; j < rank; j++) { // rounding has made the two halves unlike
        m[i * rank + j] = (energies[i * rank + j] + energies[j * rank + i]) / 2;
      }
      m[i * rank + i] += lambda;
    }
    SquareMatrix.invert(m, rank, workers);
    for (int i = 0; i < m.length; i++) {
      m[i] *= -lambda;
    }
    for (int i = 0; i < rank; i++) {
      m[i * rank + i] += 1;
    }
    return m;
  }
}
