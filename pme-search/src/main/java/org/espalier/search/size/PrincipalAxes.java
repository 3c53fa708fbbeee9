package org.espalier.search.size;

import org.espalier.embeddings.fit.SymmetricEigen;
import org.espalier.search.data.CtrField;
import org.espalier.search.model.CtrModel;
import org.espalier.search.model.TableLayout;

/**
 * The rotation that puts a space's coordinates in the order in which tokens use them: the right
 * singular vectors of {@code √frequency · row}, strongest first. After it a short prefix keeps most.
 */
public final class PrincipalAxes {

  private PrincipalAxes() {}

  /**
   * The rotation of a model's own rows, (D, D) row-major: {@code x · rotation} is in the new axes.
   *
   * @param model every token but the unknown ones owns a row as wide as the model
   */
  public static float[] of(CtrModel model) {
    TableLayout layout = model.layout();
    int dim = layout.dim();
    double[] gram = new double[dim * dim];
    float[] values = model.tableValues();
    for (int f = 0; f < model.fields().size(); f++) {
      CtrField field = model.fields().get(f);
      for (int t = 0; t < field.tokenCount(); t++) {
        int token = layout.fieldStart(f) + t;
        int at = layout.rowAt(token);
        int size = layout.size(token);
        for (int i = 0; i < size; i++) {
          for (int j = 0; j < size; j++) {
            gram[i * dim + j] += (double) field.counts()[t] * values[at + i] * values[at + j];
          }
        }
      }
    }
    return eigenvectors(gram, dim);
  }

  /** The eigenvectors of a symmetric matrix as columns, largest eigenvalue first. */
  static float[] eigenvectors(double[] symmetric, int n) {
    double[] rows = SymmetricEigen.of(symmetric, n).vectors();
    float[] columns = new float[n * n];
    for (int e = 0; e < n; e++) {
      for (int i = 0; i < n; i++) {
        columns[i * n + e] = (float) rows[e * n + i];
      }
    }
    return columns;
  }
}
