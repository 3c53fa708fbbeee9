package org.espalier.kgat.refresh;

/** Multiplies a slice by a number. */
final class Scaling {

  private Scaling() {}

  static void scale(float[] x, int at, int n, float factor) {
    if (factor != 1) {
      for (int i = at; i < at + n; i++) { // C2 makes vectors of this
        x[i] *= factor;
      }
    }
  }
}
