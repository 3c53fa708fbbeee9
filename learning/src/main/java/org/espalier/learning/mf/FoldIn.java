package org.espalier.learning.mf;

import java.util.Arrays;
import org.espalier.embeddings.kernel.FloatKernel;
import org.espalier.embeddings.kernel.FloatKernels;
import org.espalier.learning.kernel.TrainingKernel;
import org.espalier.learning.kernel.TrainingKernels;

/**
 * The half-step of {@link MfObjective.Als}: the vector of one user from the vectors of the items that
 * the user has, all item vectors held fixed. It minimises
 *
 * <pre>Σ_i w_i (1 - x·v_i)² + α₀ Σ_all (x·v)² + λ|x|², λ = reg (Σ_i w_i + α₀ |items|)^ν</pre>
 *
 * which is one linear system of dim equations. For a model that was trained by ALS it gives exactly
 * what training would; for another it is a good guess. Immutable, for any number of threads.
 */
public final class FoldIn {

  private final TrainingKernel kernel = TrainingKernels.best();
  private final FloatKernel floats = FloatKernels.best();
  private final int dim;
  private final int itemCount;
  private final MfObjective.Als als;
  private final float[] gram; // α₀ Σ v vᵀ, upper triangle

  /**
   * Takes one pass over the items.
   *
   * @param itemVectors (items, dim) row-major; not kept
   */
  public FoldIn(int dim, float[] itemVectors, MfObjective.Als als) {
    this(dim, itemVectors.length / dim, als, gram(dim, itemVectors));
  }

  private FoldIn(int dim, int itemCount, MfObjective.Als als, float[] gram) {
    this.dim = dim;
    this.itemCount = itemCount;
    this.als = als;
    this.gram = gram;
    for (int i = 0; i < gram.length; i++) {
      gram[i] *= (float) als.unobservedWeight();
    }
  }

  private static float[] gram(int dim, float[] vectors) {
    float[] gram = new float[dim * dim];
    TrainingKernels.best().addGram(vectors, 0, vectors.length / dim, dim, gram);
    return gram;
  }

  /**
   * The same for items as a table of several sizes stores them.
   *
   * @param items may go on being used
   */
  public static FoldIn of(SizedGram items, MfObjective.Als als) {
    return new FoldIn(items.dim(), items.rowCount(), als, items.gram());
  }

  /** One call's memory, which a thread may use again. */
  public static final class Scratch {
    private final float[] system;
    private final float[] solution;

    public Scratch(int dim) {
      system = new float[dim * dim];
      solution = new float[dim];
    }
  }

  /**
   * Folds in with weight 1 for every item.
   *
   * @param vectors the items' vectors (count, dim) row-major
   * @param user receives the vector at {@code userAt}; zeros when count is 0
   * @return the minimum, without the constant; NaN when the vectors are not finite, and the user's
   *     vector is then zeros
   */
  public double fold(float[] vectors, int count, float[] user, int userAt, Scratch scratch) {
    Arrays.fill(scratch.solution, 0);
    for (int r = 0; r < count; r++) {
      floats.axpy(1, vectors, r * dim, scratch.solution, 0, dim);
    }
    return solve(vectors, count, count, user, userAt, scratch);
  }

  /**
   * Folds in with a weight for each item, such as what an event's type is worth.
   *
   * @param vectors the items' vectors (count, dim) row-major; overwritten
   * @param weights (count), 0 or above; an item of weight 2 counts like two of weight 1
   */
  public double fold(
      float[] vectors, float[] weights, int count, float[] user, int userAt, Scratch scratch) {
    Arrays.fill(scratch.solution, 0);
    double weightSum = 0;
    for (int r = 0; r < count; r++) {
      floats.axpy(weights[r], vectors, r * dim, scratch.solution, 0, dim);
      float root = (float) Math.sqrt(weights[r]);
      for (int d = r * dim; d < (r + 1) * dim; d++) {
        vectors[d] *= root; // so that the Gram matrix of the rows is the weighted one
      }
      weightSum += weights[r];
    }
    return solve(vectors, count, weightSum, user, userAt, scratch);
  }

  private double solve(
      float[] rows, int count, double weightSum, float[] user, int userAt, Scratch scratch) {
    float[] system = scratch.system;
    System.arraycopy(gram, 0, system, 0, gram.length);
    kernel.addGram(rows, 0, count, dim, system);
    float lambda = (float) als.regularization(weightSum, itemCount);
    for (int d = 0; d < dim; d++) {
      system[d * dim + d] += lambda;
    }
    // The right-hand side waits in the user's place: the minimum is Σ w - b·x.
    System.arraycopy(scratch.solution, 0, user, userAt, dim);
    boolean solved = kernel.solve(system, dim, scratch.solution);
    double minimum = weightSum - kernel.dot(user, userAt, scratch.solution, 0, dim);
    if (!solved || !Double.isFinite(minimum)) {
      Arrays.fill(user, userAt, userAt + dim, 0);
      return Double.NaN;
    }
    System.arraycopy(scratch.solution, 0, user, userAt, dim);
    return minimum;
  }
}
