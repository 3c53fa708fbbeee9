package org.espalier.service.propagation;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** When a refresh that ended begins anew: after a rest, which doubles with every failure until something succeeds. */
final class Restarts {

  private static final Logger log = LoggerFactory.getLogger(Restarts.class);

  private static final Duration REST_MIN = Duration.ofSeconds(1);
  private static final Duration REST_MAX = Duration.ofMinutes(5);

  private final ScheduledExecutorService background;
  private final Runnable start;
  private volatile Duration rest = REST_MIN; // written by the one that refreshes, or begins to

  /**
   * @param start begins anew, in the background
   */
  Restarts(ScheduledExecutorService background, Runnable start) {
    this.background = background;
    this.start = start;
  }

  void succeeded() {
    rest = REST_MIN;
  }

  void failed() {
    Duration doubled = rest.multipliedBy(2);
    rest = doubled.compareTo(REST_MAX) < 0 ? doubled : REST_MAX;
  }

  void later() {
    try {
      var _ = background.schedule(start, rest.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException _) {
      log.debug("The service stops");
    }
  }
}
