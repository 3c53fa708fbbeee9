package org.espalier.learning.mf;

import java.util.Arrays;
import org.espalier.embeddings.table.Basis;
import org.espalier.learning.kernel.TrainingKernel;
import org.espalier.learning.kernel.TrainingKernels;
import org.jspecify.annotations.Nullable;

/**
 * The Gram matrix {@code Σ v vᵀ} of the vectors of a table of several sizes, from its rows as they are stored:
 *
 * <pre>Σ_t (P_d e_t)(P_d e_t)ᵀ = Σ_d P_d (Σ_t e_t e_tᵀ) P_dᵀ</pre>
 *
 * so a row of size d costs d² and not D², and is not brought into the model's space. Of one thread.
 */
public final class SizedGram {

  private static final int ROWS_AT_ONCE = 512; // of one size, until they are multiplied

  private final TrainingKernel kernel = TrainingKernels.best();
  private final Basis basis;
  private final float[] defaultRow;
  private final @Nullable Group[] groups; // by size
  private int defaults;
  private int rowCount;

  /** The rows of one size that wait, and the Gram matrix of those before. */
  private static final class Group {
    final float[] rows;
    final float[] gram;
    int waiting;

    Group(int size) {
      rows = new float[ROWS_AT_ONCE * size];
      gram = new float[size * size];
    }
  }

  /**
   * Of no rows yet.
   *
   * @param basis of the table
   * @param defaultRow (D), the vector of rows of size 0
   */
  public SizedGram(Basis basis, float[] defaultRow) {
    this.basis = basis;
    this.defaultRow = defaultRow.clone();
    this.groups = new Group[basis.dim() + 1];
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
    Group group = groups[size];
    if (group == null) {
      group = new Group(size);
      groups[size] = group;
    }
    System.arraycopy(row, 0, group.rows, group.waiting * size, size);
    if (++group.waiting == ROWS_AT_ONCE) {
      multiply(group, size);
    }
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
    float[] gram = new float[dim * dim];
    addOuter(defaults, defaultRow, defaultRow, gram);
    for (int size = 1; size <= dim; size++) {
      Group group = groups[size];
      if (group != null) {
        multiply(group, size);
        project(group.gram, size, gram);
      }
    }
    return gram;
  }

  private void multiply(Group group, int size) {
    kernel.addGram(group.rows, 0, group.waiting, size, group.gram);
    group.waiting = 0;
  }

  /** Adds {@code P G Pᵀ}: for each direction i, direction_i ⊗ Σ_j G[i, j] direction_j. */
  private void project(float[] ofSize, int size, float[] gram) {
    float[] direction = new float[dim()];
    float[] row = new float[dim()];
    for (int i = 0; i < size; i++) {
      Arrays.fill(direction, 0);
      basis.addDirection(size, i, 1, direction, 0);
      Arrays.fill(row, 0);
      for (int j = 0; j < size; j++) {
        float value = ofSize[Math.min(i, j) * size + Math.max(i, j)];
        basis.addDirection(size, j, value, row, 0);
      }
      addOuter(1, direction, row, gram);
    }
  }

  private static void addOuter(float scale, float[] left, float[] right, float[] gram) {
    int dim = left.length;
    for (int a = 0; a < dim; a++) {
      float factor = scale * left[a];
      if (factor != 0) {
        for (int b = a; b < dim; b++) {
          gram[a * dim + b] += factor * right[b];
        }
      }
    }
  }
}
