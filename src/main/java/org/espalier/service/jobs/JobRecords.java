package org.espalier.service.jobs;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionOperations;

/**
 * What runs write into the database. A database that is away holds a run up where its record must not be lost, and is
 * tried again until it is back.
 */
final class JobRecords {

  private static final Logger log = LoggerFactory.getLogger(JobRecords.class);
  private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final JobRepository jobs;
  private final JobReportRepository reports;
  private final TransactionOperations transactions;

  JobRecords(JobRepository jobs, JobReportRepository reports, TransactionOperations transactions) {
    this.jobs = jobs;
    this.reports = reports;
    this.transactions = transactions;
  }

  void logRange(JobRun run, LogRange range) {
    insist(run, () -> jobs.logRange(run.id(), range.from(), range.to()));
  }

  void resumeFrom(JobRun run, String point) {
    insist(run, () -> jobs.resumeFrom(run.id(), point));
  }

  void report(JobRun run, JobReport report) {
    insist(
        run,
        () ->
            transactions.executeWithoutResult(_ -> {
              reports.delete(report.job(), report.name());
              reports.save(report);
            }));
  }

  /**
   * Writes until that succeeds.
   *
   * @throws JobRun.Abandoned when the job is cancelled meanwhile
   */
  static void insist(JobContext run, Runnable write) {
    if (!insist(write, run::cancelled)) {
      throw new JobRun.Abandoned();
    }
  }

  /**
   * Writes until that succeeds.
   *
   * @param giveUp asked between attempts
   * @return whether it succeeded
   */
  static boolean insist(Runnable write, BooleanSupplier giveUp) {
    boolean said = false;
    while (true) {
      try {
        write.run();
        return true;
      } catch (DataAccessException | TransactionException e) {
        if (!said) {
          log.warn("A job waits for the control plane's database: {}", e.toString());
          said = true;
        }
      }
      if (giveUp.getAsBoolean()) {
        return false;
      }
      LockSupport.parkNanos(RETRY_NANOS);
    }
  }
}
