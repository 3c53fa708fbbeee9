package org.espalier.kgat.model;

/**
 * How a {@link GraphLearner} learns.
 *
 * @param learningRate Adam's first step, positive
 * @param l2 half of it times the squared length of a batch's base rows is added to its loss
 * @param dropout share of a layer's values that are dropped while training, in [0, 1)
 * @param relationSize values of a relation and of what it projects to
 */
public record LearnerSettings(double learningRate, float l2, float dropout, int relationSize) {

  /**
   * @throws IllegalArgumentException when a value is out of its range
   */
  public LearnerSettings {
    if (!(learningRate > 0) || !(l2 >= 0) || !(dropout >= 0 && dropout < 1) || relationSize < 1) {
      throw new IllegalArgumentException(
          "out of range: learningRate=%s, l2=%s, dropout=%s, relationSize=%d"
              .formatted(learningRate, l2, dropout, relationSize));
    }
  }
}
