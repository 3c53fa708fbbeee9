package org.espalier.kgat.model;

/** Scalar functions that losses share. */
final class Numbers {

  private Numbers() {}

  static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  /** {@code ln(1 + eˣ)}, without overflow. */
  static double softplus(double x) {
    return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
  }
}
