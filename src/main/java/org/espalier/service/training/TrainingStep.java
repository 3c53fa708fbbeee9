package org.espalier.service.training;

import org.espalier.learning.train.TrainingEvent;

/** What happens while a generation is made; progress bars and reports are views of it. */
public sealed interface TrainingStep {

  /** Why a model is trained. */
  enum Purpose {
    /** To measure it on the latest slice. */
    MEASURE,
    /** To serve. */
    SERVE
  }

  /**
   * The log is read.
   *
   * @param sequence as far as it was read
   * @param lastSequence as far as it goes
   */
  record Reading(long sequence, long lastSequence) implements TrainingStep {}

  /** Something happened in a training. */
  record Training(Purpose purpose, TrainingEvent event) implements TrainingStep {}

  /** The model is written to the store as a generation. */
  record Writing(int generation) implements TrainingStep {}
}
