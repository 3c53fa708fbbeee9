package org.espalier.search.model;

/** What a logit is compared with. */
public enum Loss {
  /** Cross-entropy of σ(logit) with a label in [0, 1]. */
  LOGISTIC {
    @Override
    double value(float logit, float label) {
      // ln(1 + e^z) − y z, written so that a large |z| does not overflow
      return Math.max(logit, 0) - label * logit + Math.log1p(Math.exp(-Math.abs(logit)));
    }

    @Override
    float derivative(float logit, float label) {
      return (float) (1 / (1 + Math.exp(-logit))) - label;
    }
  },

  /** Half the squared distance to a teacher's logit. */
  TEACHER_LOGIT {
    @Override
    double value(float logit, float label) {
      return 0.5 * (logit - label) * (logit - label);
    }

    @Override
    float derivative(float logit, float label) {
      return logit - label;
    }
  };

  abstract double value(float logit, float label);

  abstract float derivative(float logit, float label);
}
