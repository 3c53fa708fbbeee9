package org.espalier.embeddings.arena;

/**
 * Norms for the Cauchy–Schwarz bound {@code |q · e| ≤ |q| |e|}. The score that a kernel computes can exceed
 * the exact one by {@code n u / (1 - n u)} of {@code Σ |q_d e_d|}, u = 2^-24 (Higham, Accuracy and Stability
 * of Numerical Algorithms, section 3.1), and that sum is within the same bound; so each norm is taken a
 * little larger than it is.
 */
final class Norms {

  private static final double UNIT = 0x1p-23; // twice the unit of rounding, so both norms have room

  private Norms() {}

  /** The norm of {@code values[at .. at + n)} or a little more; infinite when a float cannot hold it. */
  static float above(float[] values, int at, int n) {
    double sum = 0;
    for (int d = at; d < at + n; d++) {
      sum += (double) values[d] * values[d];
    }
    return (float) (Math.sqrt(sum) * (1 + (n + 4) * UNIT));
  }
}
