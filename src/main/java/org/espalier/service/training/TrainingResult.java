package org.espalier.service.training;

import java.time.Duration;
import java.util.Map;

/** How making a generation ended. */
public sealed interface TrainingResult {

  /**
   * There is a new generation; it is not active yet.
   *
   * @param generation its number
   * @param users rows of its user table
   * @param items rows of its item table
   * @param interactions what it was trained on
   * @param epochs of the training that made it
   * @param metrics on the held-out slice, by name, and those of popularity there; empty when too little is known to
   *     hold anything out
   * @param took from the first event read to the last row written
   */
  record Trained(
      int generation,
      int users,
      int items,
      int interactions,
      int epochs,
      Map<String, Double> metrics,
      Duration took)
      implements TrainingResult {}

  /** Somebody asked for an end; nothing was written. */
  record Cancelled() implements TrainingResult {}
}
