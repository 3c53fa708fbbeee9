package org.espalier.learning.mf;

import java.util.Arrays;
import org.espalier.embeddings.table.Basis;
import org.jspecify.annotations.Nullable;

/**
 * The Gram matrix {@code Σ v vᵀ} of the vectors of a table of several sizes, from its rows as they are stored:
 *
 * <pre>Σ_t (P_d e_t)(P_d e_t)ᵀ = Σ_d P_d (Σ_t e_t e_tᵀ) P_dᵀ</pre>
 *
 * so a row of size d costs d² and not D², and is not brought into the model's space. In plain loops, which cost less than reading the
 * rows from the disk does: the kernels of {@link org.espalier.learning.kernel} would first have to be compiled, at the one moment
 * when a start waits for them. Of one thread.
 */
public final class SizedGram {

  private final Basis basis;
  private final float[] defaultRow;
  private final double[] @Nullable [] grams; // by size, (size, size): sums of very many values
  private int defaults;
  private int rowCount;

  /**
   * Of no rows yet.
   *
   * @param basis of the table
   * @param defaultRow (D), the vector of rows of size 0
   */
  public SizedGram(Basis basis, float[] defaultRow) {
    this.basis = basis;
    this.defaultRow = defaultRow.clone();
    this.grams = new double[basis.dim() + 1][];
  }

  /**
   * Adds a row.
   *
   * @param row at least {@code size} values; not kept
   */
  public void add(float[] row, int size) {
    rowCount++;
    if (size == 0) {
      defaults++;
      return;
    }
    double[] gram = grams[size];
    if (gram == null) {
      gram = new double[size * size];
      grams[size] = gram;
    }
    addOuter(1, row, row, size, gram);
  }

  public int dim() {
    return basis.dim();
  }

  public int rowCount() {
    return rowCount;
  }

  /** The matrix in the model's space, (D, D); what is below the diagonal is left undefined. */
  public float[] gram() {
    int dim = dim();
    double[] gram = new double[dim * dim];
    addOuter(defaults, defaultRow, defaultRow, dim, gram);
    for (int size = 1; size <= dim; size++) {
      double[] ofSize = grams[size];
      if (ofSize != null) {
        project(ofSize, size, gram);
      }
    }
    float[] rounded = new float[gram.length];
    for (int i = 0; i < gram.length; i++) {
      rounded[i] = (float) gram[i];
    }
    return rounded;
  }

  /** Adds {@code P G Pᵀ}: for each direction i, direction_i ⊗ Σ_j G[i, j] direction_j. */
  private void project(double[] ofSize, int size, double[] gram) {
    float[] direction = new float[dim()];
    float[] row = new float[dim()];
    for (int i = 0; i < size; i++) {
      Arrays.fill(direction, 0);
      basis.addDirection(size, i, 1, direction, 0);
      Arrays.fill(row, 0);
      for (int j = 0; j < size; j++) {
        float value = (float) ofSize[Math.min(i, j) * size + Math.max(i, j)];
        basis.addDirection(size, j, value, row, 0);
      }
      addOuter(1, direction, row, dim(), gram);
    }
  }

  /** The upper triangle only. */
  private static void addOuter(double scale, float[] left, float[] right, int dim, double[] gram) {
    for (int a = 0; a < dim; a++) {
      double factor = scale * left[a];
      if (factor != 0) {
        for (int b = a; b < dim; b++) {
          gram[a * dim + b] += factor * right[b];
        }
      }
    }
  }
}
