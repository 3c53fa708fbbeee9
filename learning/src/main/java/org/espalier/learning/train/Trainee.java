package org.espalier.learning.train;

/** A model in training, as {@link TrainingLoop} sees it. */
public interface Trainee {

  /** How many samples an epoch has. */
  long samplesPerEpoch();

  /**
   * Trains for one epoch, and calls {@link Progress#advance} often enough that a cancellation takes
   * effect within a second; returns early when that says so.
   *
   * @param epoch counted from 1
   */
  void trainEpoch(int epoch, Progress progress);

  /** The metric on the validation slice, larger is better; NaN when there is no such slice. */
  double validate();

  /** Remembers the present weights as the best. */
  void keep();

  /** Goes back to the weights that were kept last. */
  void restore();
}
