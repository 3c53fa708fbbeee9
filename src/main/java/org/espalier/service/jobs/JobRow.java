package org.espalier.service.jobs;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.data.annotation.Id;
import org.springframework.data.relational.core.mapping.Table;

/**
 * A job as it is stored.
 *
 * @param id rises with time; null before it is stored
 * @param instance the data folder that it belongs to
 * @param progress share of the whole job, in [0, 1]
 * @param request JSON
 * @param conflictKey digest of what no two live jobs of a kind may share
 * @param rerunOf the job that it repeats
 * @param fromSequence first sequence of the log that it reads
 * @param toSequence last sequence of the log that it reads
 * @param attempt how many runs there were
 * @param result JSON
 * @param error one line
 */
@Table("job")
record JobRow(
    @Id @Nullable Long id,
    String instance,
    String kind,
    JobState state,
    @Nullable String phase,
    double progress,
    @Nullable Long remainingMs,
    @Nullable String note,
    String request,
    String conflictKey,
    JobOrigin origin,
    @Nullable Long rerunOf,
    String requestedBy,
    @Nullable String idempotencyKey,
    @Nullable Long seed,
    @Nullable Long fromSequence,
    @Nullable Long toSequence,
    String codeVersion,
    int attempt,
    @Nullable String resumePoint,
    @Nullable String result,
    @Nullable String error,
    long createdMs,
    @Nullable Long startedMs,
    @Nullable Long finishedMs) {

  /** The number of a job that is stored. */
  long number() {
    return Objects.requireNonNull(id);
  }

  @Nullable LogRange logRange() {
    return fromSequence == null || toSequence == null
        ? null
        : new LogRange(fromSequence, toSequence);
  }
}
