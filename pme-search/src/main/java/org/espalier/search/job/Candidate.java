package org.espalier.search.job;

import org.espalier.search.retrieval.Pruned;

/**
 * What a search made: pruned tables of the whole log, not yet a generation.
 *
 * @param tables rows of the snapshot's users and items
 * @param teacher the full-size model behind it
 * @param report how good it is
 */
public record Candidate(
    LogSnapshot snapshot, Pruned tables, TeacherModel teacher, SearchReport report) {

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
