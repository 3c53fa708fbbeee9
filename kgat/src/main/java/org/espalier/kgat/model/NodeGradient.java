package org.espalier.kgat.model;

import java.util.Arrays;

/**
 * A gradient of the node table of which few rows are not zero. Rows are zero until {@linkplain #touch
 * touched}; only touched rows may be added to. Not for use by several threads, but distinct touched
 * rows may be added to by several.
 */
final class NodeGradient {

  private final float[] rows;
  private final int dim;
  private final boolean[] marked;
  private final int[] touched;
  private int touchedCount;

  NodeGradient(int nodes, int dim) {
    rows = new float[Math.multiplyExact(nodes, dim)];
    this.dim = dim;
    marked = new boolean[nodes];
    touched = new int[nodes];
  }

  /** Announces that a row will be added to. */
  void touch(int node) {
    if (!marked[node]) {
      marked[node] = true;
      touched[touchedCount++] = node;
    }
  }

  /** (nodes, dim). */
  float[] rows() {
    return rows;
  }

  /** How many rows are touched. */
  int touchedCount() {
    return touchedCount;
  }

  /** A touched row's node. */
  int touched(int at) {
    return touched[at];
  }

  /** Sets a touched row to zero. Several threads may clear distinct rows. */
  void clearRow(int node) {
    Arrays.fill(rows, node * dim, (node + 1) * dim, 0);
  }

  /** All rows are untouched again; the caller has cleared each that was touched. */
  void forget() {
    for (int i = 0; i < touchedCount; i++) {
      marked[touched[i]] = false;
    }
    touchedCount = 0;
  }
}
