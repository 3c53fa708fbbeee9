package org.espalier.service.jobs;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.data.jdbc.repository.query.Modifying;
import org.springframework.data.jdbc.repository.query.Query;
import org.springframework.data.repository.Repository;

/** Jobs of all data folders. A change of state names the state that it comes from and says whether it was so. */
interface JobRepository extends Repository<JobRow, Long> {

  JobRow save(JobRow row);

  Optional<JobRow> findByInstanceAndId(String instance, long id);

  Optional<JobRow> findByInstanceAndIdempotencyKey(String instance, String idempotencyKey);

  /** Newest first; null for any kind or state. */
  @Query(
      """
      select * from job where instance = :instance and id < :before
        and (cast(:kind as varchar) is null or kind = :kind)
        and (cast(:state as varchar) is null or state = :state)
      order by id desc limit :count
      """)
  List<JobRow> page(
      String instance, long before, @Nullable String kind, @Nullable String state, int count);

  /** Oldest first. */
  @Query("select * from job where instance = :instance and state = :state order by id")
  List<JobRow> inState(String instance, JobState state);

  /** Jobs that wait or run. */
  @Query(
      "select * from job where instance = :instance and state in ('QUEUED', 'RUNNING') order by id")
  List<JobRow> live(String instance);

  @Modifying
  @Query(
      """
      update job set state = 'RUNNING', attempt = attempt + 1, phase = null, progress = 0, remaining_ms = null,
        note = null, started_ms = :nowMs
      where id = :id and state = 'QUEUED'
      """)
  int start(long id, long nowMs);

  @Modifying
  @Query(
      """
      update job set phase = :phase, progress = :progress, remaining_ms = :remainingMs, note = :note
      where id = :id and state = 'RUNNING'
      """)
  int progress(
      long id,
      @Nullable String phase,
      double progress,
      @Nullable Long remainingMs,
      @Nullable String note);

  @Modifying
  @Query(
      """
      update job set state = :to, phase = :phase, progress = :progress, remaining_ms = null, note = null,
        result = :result, error = :error, resume_point = null, finished_ms = :nowMs
      where id = :id and state = :from
      """)
  int end(
      long id,
      JobState from,
      JobState to,
      @Nullable String phase,
      double progress,
      @Nullable String result,
      @Nullable String error,
      long nowMs);

  @Modifying
  @Query(
      """
      update job set state = 'QUEUED', attempt = :attempt, resume_point = :resumePoint, phase = null, progress = 0,
        remaining_ms = null, note = :note
      where id = :id and state = 'RUNNING'
      """)
  int queueAgain(long id, int attempt, @Nullable String resumePoint, String note);

  @Modifying
  @Query("update job set from_sequence = :fromSequence, to_sequence = :toSequence where id = :id")
  int logRange(long id, long fromSequence, long toSequence);

  @Modifying
  @Query("update job set resume_point = :point where id = :id")
  int resumeFrom(long id, String point);

  /** The id of the job after the newest ones, if there are more. */
  @Query("select id from job where instance = :instance order by id desc limit 1 offset :count")
  Optional<Long> newest(String instance, int count);

  /** {@code beforeId} is forgotten too. */
  @Modifying
  @Query(
      """
      delete from job where instance = :instance and finished_ms is not null
        and (finished_ms < :beforeMs or id <= :beforeId)
      """)
  int forget(String instance, long beforeMs, long beforeId);
}
