package org.espalier.search.job;

import java.time.Duration;
import org.espalier.learning.train.TrainingEvent;

/** What happens in a search; bars and job records are views of it. Sent in the thread of the search. */
public sealed interface SearchEvent {

  /** The phase it is about. */
  SearchPhase phase();

  /** A phase begins. */
  record Started(SearchPhase phase) implements SearchEvent {}

  /**
   * Some of a phase is done.
   *
   * @param share of the phase, 0 to 1
   * @param remaining of the whole search, by what the phases so far took
   */
  record Advanced(SearchPhase phase, double share, Duration remaining) implements SearchEvent {}

  /** Something happened in a phase that trains. */
  record Training(SearchPhase phase, TrainingEvent event) implements SearchEvent {}

  /**
   * A phase is done.
   *
   * @param took the time of the phase, of the run that did it
   * @param resumed whether an earlier run had done it
   */
  record Finished(SearchPhase phase, Duration took, boolean resumed) implements SearchEvent {}

  /** Something is odd but no reason to stop. */
  record Warned(SearchPhase phase, String line) implements SearchEvent {}
}
