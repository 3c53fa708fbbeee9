package org.espalier.service.jobs;

import java.time.Clock;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.espalier.service.jobs.ScheduleProperties.Schedule;
import org.espalier.service.platform.StartFailedException;
import org.espalier.service.wire.ProblemException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;
import org.springframework.scheduling.support.CronExpression;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;
import org.springframework.web.context.WebApplicationContext;

/** Starts jobs by the clock. A wrong schedule stops the start. */
@Component
class Schedules implements SmartLifecycle {

  private static final Logger log = LoggerFactory.getLogger(Schedules.class);

  /** A clock that is set forward is noticed within this time. */
  private static final Duration SLEEP_MAX = Duration.ofMinutes(1);

  private final ApplicationContext context;
  private final Clock clock;
  private final List<Entry<?>> entries = new ArrayList<>();
  private final CountDownLatch stopped = new CountDownLatch(1);
  private volatile boolean started; // written by start and stop

  Schedules(
      ScheduleProperties properties,
      JobKinds kinds,
      JobEngine engine,
      Clock clock,
      ApplicationContext context) {
    this.context = context;
    this.clock = clock;
    properties
        .schedules()
        .forEach((name, schedule) -> {
          String key = "espalier.schedules." + name;
          JobKind<?> kind =
              kinds
                  .find(name)
                  .orElseThrow(() ->
                      new StartFailedException(
                          "%s: there are no jobs of this kind, only %s"
                              .formatted(
                                  key,
                                  kinds.all().stream()
                                      .map(JobKind::name)
                                      .collect(Collectors.joining(", ")))));
          entries.add(entry(key, kind, schedule, kinds, engine));
        });
  }

  private static <R> Entry<R> entry(
      String key, JobKind<R> kind, Schedule schedule, JobKinds kinds, JobEngine engine) {
    try {
      String text = schedule.request();
      R request = text == null || text.isBlank() ? kind.defaults() : kinds.request(kind, text);
      kind.validate(request);
      return new Entry<>(kind, request, CronExpression.parse(schedule.cron()), engine);
    } catch (IllegalArgumentException | JobFailedException | ProblemException e) {
      throw new StartFailedException(key + ": " + e.getMessage(), e);
    }
  }

  private record Entry<R>(JobKind<R> kind, R request, CronExpression cron, JobEngine engine) {
    void submit() {
      try {
        engine.submitScheduled(kind, request);
      } catch (ProblemException e) {
        log.info("The scheduled {} does not start: {}", kind.name(), e.detail());
      } catch (DataAccessException | TransactionException e) {
        log.warn("The scheduled {} does not start: the database is away", kind.name(), e);
      }
    }
  }

  @Override
  public boolean isAutoStartup() {
    return !entries.isEmpty() && context instanceof WebApplicationContext;
  }

  @Override
  public void start() {
    started = true;
    for (Entry<?> entry : entries) {
      Thread.ofVirtual().name("schedule-" + entry.kind().name()).start(() -> follow(entry));
    }
  }

  private void follow(Entry<?> entry) {
    ZonedDateTime due = entry.cron().next(now());
    while (due != null) {
      if (!waitUntil(due)) {
        return;
      }
      entry.submit();
      due = entry.cron().next(now());
    }
  }

  /** False when the service stops before. */
  private boolean waitUntil(ZonedDateTime due) {
    try {
      while (true) {
        Duration wait = Duration.between(now(), due);
        if (!wait.isPositive()) {
          return true;
        }
        long ms = Math.min(wait.toMillis() + 1, SLEEP_MAX.toMillis());
        if (stopped.await(ms, TimeUnit.MILLISECONDS)) {
          return false;
        }
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts this thread", e);
    }
  }

  private ZonedDateTime now() {
    return ZonedDateTime.now(clock.withZone(ZoneId.systemDefault()));
  }

  @Override
  public void stop() {
    started = false;
    stopped.countDown();
  }

  @Override
  public boolean isRunning() {
    return started;
  }
}
