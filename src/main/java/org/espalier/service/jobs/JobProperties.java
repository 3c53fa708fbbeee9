package org.espalier.service.jobs;

import java.time.Duration;
import org.espalier.service.wire.Bounds;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How jobs run beside serving.
 *
 * @param runningMax jobs that run at once, of all kinds but erasures, which wait for no other job
 * @param queueMax jobs that may wait, and erasures for themselves; more are refused with 429
 * @param threads threads of one job; 0 takes half of the processors
 * @param history how long ended jobs and their reports are kept
 * @param historyMax how many jobs are kept at most
 * @param watchersMax event streams of jobs that may be open at once; more are refused with 503
 */
@ConfigurationProperties("espalier.jobs")
public record JobProperties(
    @DefaultValue("2") int runningMax,
    @DefaultValue("50") int queueMax,
    @DefaultValue("0") int threads,
    @DefaultValue("90d") Duration history,
    @DefaultValue("10000") int historyMax,
    @DefaultValue("100") int watchersMax) {

  public JobProperties {
    Bounds.check("espalier.jobs.running-max", runningMax, 1, 100);
    Bounds.check("espalier.jobs.queue-max", queueMax, 1, 10_000);
    Bounds.check("espalier.jobs.threads", threads, 0, 1000);
    Bounds.check("espalier.jobs.history-max", historyMax, 1, 1_000_000);
    Bounds.check("espalier.jobs.watchers-max", watchersMax, 1, 10_000);
    if (history.isNegative() || history.isZero()) {
      throw new IllegalArgumentException("espalier.jobs.history must be longer than 0");
    }
  }

  /** Threads of one job, at least 1. */
  public int threadsOfJob() {
    return threads > 0 ? threads : Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
  }
}
