package org.espalier.learning.train;

import java.time.Duration;

/**
 * How a training ended. The model is always the one of {@code bestEpoch}, with finite weights.
 *
 * @param reason why it ended
 * @param epochs how many were begun
 * @param bestEpoch counted from 1; 0 when no epoch was completed, and the model is then untrained
 * @param bestValidation the validation metric of the best epoch; NaN without a validation slice
 * @param untilBest from the begin of training to the end of the best epoch's validation
 * @param total from begin to end
 */
public record TrainingOutcome(
    Reason reason,
    int epochs,
    int bestEpoch,
    double bestValidation,
    Duration untilBest,
    Duration total) {

  /** Why a training ended. */
  public enum Reason {
    /** All epochs were run. */
    FINISHED,
    /** The validation metric has not improved for as long as the patience lasts. */
    CONVERGED,
    /** Somebody asked for it. */
    CANCELLED,
    /** The loss is not finite any more: the learning rate is too high or the input broken. */
    DIVERGED
  }

  /** Mean seconds of an epoch, validation included. */
  public double epochSeconds() {
    return epochs == 0 ? 0 : total.toNanos() * 1e-9 / epochs;
  }
}
