package org.espalier.search.job;

import org.espalier.learning.mf.MfSpec;
import org.espalier.search.retrieval.Pruned;

/**
 * What a search made: pruned tables of the whole log, not yet a generation.
 *
 * @param tables rows of the snapshot's users and items
 * @param mf how the full-size model behind it was trained
 * @param report how good it is
 */
public record Candidate(LogSnapshot snapshot, Pruned tables, MfSpec mf, SearchReport report) {

  /** Makes a generation of a candidate. */
  @FunctionalInterface
  public interface Sink {
    /**
     * Writes it, whole or not at all.
     *
     * @return the generation's number
     */
    int write(Candidate candidate);
  }
}
