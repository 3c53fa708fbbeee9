package org.espalier.service.propagation;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.espalier.embeddings.fit.FitReport;

/** How making a generation ended. */
public sealed interface PropagationResult {

  /**
   * There is a new generation; it is not active yet.
   *
   * @param generation its number
   * @param users rows of its user table
   * @param items rows of its item table
   * @param entities of the graph, items among them
   * @param interactions distinct pairs of user and item
   * @param triples of the graph
   * @param epochs of the training that made it; 0 when there was nothing to train
   * @param refreshed whether the vectors follow what comes in once it serves
   * @param fit how the items' vectors were shortened; empty when they are whole
   * @param metrics on the held-out slice, by name, and those of popularity there; empty when too little is
   *     known to hold anything out
   * @param took from the first event read to the last row written
   */
  record Made(
      int generation,
      int users,
      int items,
      int entities,
      int interactions,
      int triples,
      int epochs,
      boolean refreshed,
      Optional<FitReport> fit,
      Map<String, Double> metrics,
      Duration took)
      implements PropagationResult {}

  /** Somebody asked for an end; nothing was written. */
  record Cancelled() implements PropagationResult {}
}
