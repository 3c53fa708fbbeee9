package org.espalier.service.jobs;

import java.time.Clock;
import org.espalier.service.jobs.JobKind.AfterInterruption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What becomes of jobs whose process ended, and of jobs that ended long ago. */
final class JobRecovery {

  private static final Logger log = LoggerFactory.getLogger(JobRecovery.class);

  /** A job that takes its process down with it must not do so for ever. */
  private static final int ATTEMPTS_MAX = 3;

  private static final int ERROR_LENGTH_MAX = 2000;

  private final JobRepository jobs;
  private final JobKinds kinds;
  private final WorkFolders folders;
  private final JobProperties properties;
  private final String instance;
  private final Clock clock;

  JobRecovery(
      JobRepository jobs,
      JobKinds kinds,
      WorkFolders folders,
      JobProperties properties,
      String instance,
      Clock clock) {
    this.jobs = jobs;
    this.kinds = kinds;
    this.folders = folders;
    this.properties = properties;
    this.instance = instance;
    this.clock = clock;
  }

  /**
   * Queues a job that the database calls running and nobody runs, or ends it, as its kind says.
   *
   * @param orderly the service was stopped and not killed, so that the run counts for nothing
   */
  void interrupted(JobRow row, boolean orderly) {
    AfterInterruption then =
        kinds.find(row.kind()).map(JobKind::afterInterruption).orElse(AfterInterruption.FAIL);
    if (then == AfterInterruption.FAIL) {
      fail(row, JobState.RUNNING, "the service stopped while the job ran; start it again");
    } else if (!orderly && row.attempt() >= ATTEMPTS_MAX) {
      fail(
          row,
          JobState.RUNNING,
          "the service ended %d times while the job ran; see its log, then start the job again"
              .formatted(row.attempt()));
    } else {
      int attempt = orderly ? row.attempt() - 1 : row.attempt();
      if (then == AfterInterruption.RESUME) {
        jobs.queueAgain(row.number(), attempt, row.resumePoint(), "goes on after a restart");
      } else {
        folders.remove(row.number());
        jobs.queueAgain(row.number(), attempt, null, "begins again after a restart");
      }
      log.info("Job {} ({}) was interrupted and waits to run again", row.number(), row.kind());
    }
  }

  /** Ends a job whose kind this version does not have. */
  void unknownKind(JobRow row) {
    fail(row, JobState.QUEUED, "this version has no jobs of kind " + row.kind());
  }

  private void fail(JobRow row, JobState from, String error) {
    jobs.end(
        row.number(),
        from,
        JobState.FAILED,
        row.phase(),
        row.progress(),
        null,
        error,
        clock.millis());
    folders.remove(row.number());
    log.warn("Job {} ({}) failed: {}", row.number(), row.kind(), error);
  }

  /** Forgets jobs beyond the history that is kept, and folders of jobs that have ended. */
  void forgetOld() {
    long beforeMs = clock.millis() - properties.history().toMillis();
    long beforeId = jobs.newest(instance, properties.historyMax()).orElse(0L);
    int forgotten = jobs.forget(instance, beforeMs, beforeId);
    if (forgotten > 0) {
      log.info("Forgot {} jobs of the past", forgotten);
    }
    var live = jobs.live(instance).stream().map(JobRow::number).toList();
    folders.removeAllBut(live::contains);
  }

  static String oneLine(String text) {
    String line = text.strip().replaceAll("\\s*\\R\\s*", "; ").replace('\0', ' ');
    return line.length() <= ERROR_LENGTH_MAX ? line : line.substring(0, ERROR_LENGTH_MAX);
  }
}
