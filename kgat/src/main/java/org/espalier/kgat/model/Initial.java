package org.espalier.kgat.model;

import java.util.SplittableRandom;

/** Initial weights and small matrix helpers. */
final class Initial {

  private Initial() {}

  /** Fills (rows, columns) uniformly from ±√(6/(rows + columns)) (Glorot and Bengio, AISTATS 2010). */
  static void xavier(float[] x, int at, int rows, int columns, SplittableRandom random) {
    float bound = (float) Math.sqrt(6.0 / (rows + columns));
    for (int i = 0; i < rows * columns; i++) {
      x[at + i] = (float) (random.nextDouble() * 2 - 1) * bound;
    }
  }

  /** Writes the transpose of the (rows, columns) matrix at {@code at}. */
  static void transpose(float[] matrix, int at, int rows, int columns, float[] out) {
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        out[c * rows + r] = matrix[at + r * columns + c];
      }
    }
  }
}
