package org.espalier.search.job;

import java.util.Arrays;
import java.util.Optional;
import org.espalier.learning.data.Interactions;

/**
 * The interactions of a log up to one sequence, by dense numbers of their own.
 *
 * @param lastSequence the last sequence that is in
 * @param interactions with times
 * @param userIds the store's id of each user
 * @param itemIds the store's id of each item
 * @param userWeights how much each user counts when sizes are found: 1 for all, or by what the stream has seen of
 *     them lately; at least 0, with a mean of about 1
 * @param teacher the active generation, where it is the teacher; its tables are copied with the log, since it may be
 *     deleted while the search works
 */
@SuppressWarnings("ArrayRecordComponent") // columns; never compared, never changed
public record LogSnapshot(
    long lastSequence,
    Interactions interactions,
    int[] userIds,
    int[] itemIds,
    float[] userWeights,
    Optional<TeacherModel> teacher) {

  /** A snapshot in which all users count alike, without a teacher. */
  public static LogSnapshot unweighted(
      long lastSequence, Interactions interactions, int[] userIds, int[] itemIds) {
    float[] ones = new float[userIds.length];
    Arrays.fill(ones, 1f);
    return new LogSnapshot(lastSequence, interactions, userIds, itemIds, ones, Optional.empty());
  }

  /** The same with a teacher. */
  public LogSnapshot withTeacher(TeacherModel given) {
    return new LogSnapshot(
        lastSequence, interactions, userIds, itemIds, userWeights, Optional.of(given));
  }

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
