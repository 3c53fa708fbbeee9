package org.espalier.service.jobs;

/** How a run ended that did not fail. */
public sealed interface JobOutcome {

  /**
   * The work is done.
   *
   * @param result what came of it: a record or map that Jackson writes
   */
  record Done(Object result) implements JobOutcome {}

  /** The run noticed that it was cancelled and changed nothing. */
  record Cancelled() implements JobOutcome {}
}
