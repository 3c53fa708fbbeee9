package org.espalier.search.model;

/**
 * Cross-entropy of {@code σ(logit)} with a label in [0, 1]: what happened, or a teacher's probability.
 */
final class LogisticLoss {

  private LogisticLoss() {}

  /** {@code ln(1 + e^z) − y z}, written so that a large |z| does not overflow. */
  static double value(float logit, float label) {
    return Math.max(logit, 0) - label * logit + Math.log1p(Math.exp(-Math.abs(logit)));
  }

  static float derivative(float logit, float label) {
    return (float) (1 / (1 + Math.exp(-logit))) - label;
  }
}
