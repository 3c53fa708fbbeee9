package org.espalier.search.job;

import org.espalier.learning.data.Interactions;

/**
 * The interactions of a log up to one sequence, by dense numbers of their own.
 *
 * @param lastSequence the last sequence that is in
 * @param interactions with times
 * @param userIds the store's id of each user
 * @param itemIds the store's id of each item
 */
@SuppressWarnings("ArrayRecordComponent") // columns; never compared, never changed
public record LogSnapshot(
    long lastSequence, Interactions interactions, int[] userIds, int[] itemIds) {

  /** Reads a snapshot; a service gives it from its store. */
  @FunctionalInterface
  public interface Source {
    /**
     * Reads the log as it is now.
     *
     * @param progress is told the share that is read
     */
    LogSnapshot read(Progress progress);
  }

  /** Says how far reading is. */
  @FunctionalInterface
  public interface Progress {
    /**
     * Called now and then.
     *
     * @param share 0 to 1
     * @throws java.util.concurrent.CancellationException when reading is to end
     */
    void at(double share);
  }
}
