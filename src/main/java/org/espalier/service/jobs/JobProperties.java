package org.espalier.service.jobs;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

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
@Validated
@ConfigurationProperties("espalier.jobs")
public record JobProperties(
    @DefaultValue("2") @Min(1) @Max(100) int runningMax,
    @DefaultValue("50") @Min(1) @Max(10_000) int queueMax,
    @DefaultValue("0") @Min(0) @Max(1000) int threads,
    @DefaultValue("90d") Duration history,
    @DefaultValue("10000") @Min(1) @Max(1_000_000) int historyMax,
    @DefaultValue("100") @Min(1) @Max(10_000) int watchersMax) {

  public JobProperties {
    if (history.isNegative() || history.isZero()) {
      throw new IllegalArgumentException("espalier.jobs.history must be longer than 0");
    }
  }

  /** Threads of one job, at least 1. */
  public int threadsOfJob() {
    return threads > 0 ? threads : Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
  }
}
