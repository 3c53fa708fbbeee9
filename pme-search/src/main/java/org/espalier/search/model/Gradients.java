package org.espalier.search.model;

import it.unimi.dsi.fastutil.ints.IntArrayList;
import java.util.Arrays;
import org.espalier.embeddings.kernel.FloatKernels;

/** The gradient of one batch; of the tables' rows only the touched ones may differ from zero. */
public final class Gradients {

  private final TableLayout layout;
  private final float[] dense;
  private final float[] table;
  private final IntArrayList touched = new IntArrayList();
  private final boolean[] isTouched;

  Gradients(TableLayout layout, int denseCount) {
    this.layout = layout;
    dense = new float[denseCount];
    table = new float[layout.storedNumbers()];
    isTouched = new boolean[layout.tokenCount()];
  }

  /** Of the network's weights. */
  float[] dense() {
    return dense;
  }

  /** Of the tables' numbers, laid out as {@link TableLayout} says. */
  public float[] table() {
    return table;
  }

  /** How many tokens the batch touched. */
  public int touchedCount() {
    return touched.size();
  }

  /** The token at a position below {@link #touchedCount()}. */
  public int touched(int position) {
    return touched.getInt(position);
  }

  void touch(int token) {
    if (!isTouched[token]) {
      isTouched[token] = true;
      touched.add(token);
    }
  }

  /** Adds another gradient, in the order in which it touched its rows. */
  void add(Gradients other) {
    var kernel = FloatKernels.best();
    kernel.axpy(1, other.dense, 0, dense, 0, dense.length);
    kernel.axpy(1, other.table, 0, table, 0, layout.sharedNumbers());
    for (int i = 0; i < other.touched.size(); i++) {
      int token = other.touched.getInt(i);
      touch(token);
      int at = layout.rowAt(token);
      kernel.axpy(1, other.table, at, table, at, layout.size(token));
    }
  }

  void clear() {
    Arrays.fill(dense, 0f);
    Arrays.fill(table, 0, layout.sharedNumbers(), 0f);
    for (int i = 0; i < touched.size(); i++) {
      int token = touched.getInt(i);
      isTouched[token] = false;
      Arrays.fill(table, layout.rowAt(token), layout.rowAt(token) + layout.size(token), 0f);
    }
    touched.clear();
  }
}
