package org.espalier.learning.train;

import java.time.Duration;

/** What happens while a model trains. Log lines, progress bars and job reports are views of it. */
public sealed interface TrainingEvent {

  /**
   * A part of an epoch is done; sent at most a few times a second.
   *
   * @param epoch counted from 1
   * @param samples done in this epoch
   * @param samplesTotal in one epoch
   * @param lossMean over the samples of this epoch so far
   * @param elapsed since training began
   */
  record StepDone(int epoch, long samples, long samplesTotal, double lossMean, Duration elapsed)
      implements TrainingEvent {}

  /**
   * An epoch is done and validated.
   *
   * @param epoch counted from 1
   * @param epochsMax how many there are at most
   * @param lossMean over the epoch
   * @param validation the metric on the validation slice, larger is better; NaN without such a slice
   * @param best whether no earlier epoch was as good
   * @param elapsed since training began
   */
  record EpochDone(
      int epoch, int epochsMax, double lossMean, double validation, boolean best, Duration elapsed)
      implements TrainingEvent {}

  /** Training is over; the last event. */
  record Stopped(TrainingOutcome outcome) implements TrainingEvent {}
}
