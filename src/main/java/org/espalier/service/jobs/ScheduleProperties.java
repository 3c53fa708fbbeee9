package org.espalier.service.jobs;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Jobs that start by the clock.
 *
 * @param schedules by kind of job ({@code training}, {@code pruning}, {@code propagation}, {@code cleanup},
 *     {@code backup}, {@code retention}): {@code cron} is six fields from seconds to days of the week, in the machine's
 *     time zone, as {@code 0 30 3 * * *} for half past three every night; {@code request} is the body that a POST for
 *     such a job has, as JSON, and may be left out. A schedule whose job still waits or runs is skipped
 */
@ConfigurationProperties("espalier")
public record ScheduleProperties(@DefaultValue Map<String, Schedule> schedules) {

  /** When and what. */
  public record Schedule(String cron, @Nullable String request) {}
}
