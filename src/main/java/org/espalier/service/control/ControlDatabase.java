package org.espalier.service.control;

import java.time.Duration;
import org.espalier.service.wire.ProblemCode;
import org.espalier.service.wire.ProblemException;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * Opens the database and brings its tables to this version, in a thread of its own: the start does not wait for it, and a
 * database that is not there is tried again until it is. Commands that serve nobody do not open it.
 */
@Component
@ConditionalOnWebApplication
public class ControlDatabase implements SmartLifecycle {

  private static final Logger log = LoggerFactory.getLogger(ControlDatabase.class);
  private static final Duration WAIT_FIRST = Duration.ofMillis(500);
  private static final Duration WAIT_MAX = Duration.ofSeconds(15);

  private final Flyway flyway;
  private final ApplicationEventPublisher events;
  private volatile boolean open; // written by the opener
  private volatile @Nullable Thread opener; // written by start and stop

  ControlDatabase(Flyway flyway, ApplicationEventPublisher events) {
    this.flyway = flyway;
    this.events = events;
  }

  /**
   * Refuses a request that needs the database before its tables are known to be there.
   *
   * @throws ProblemException UNAVAILABLE
   */
  public void requireOpen() {
    if (!open) {
      throw new ProblemException(
          ProblemCode.UNAVAILABLE,
          "the control plane's database is not open yet; send the request again, and see the log if that lasts");
    }
  }

  public boolean isOpen() {
    return open;
  }

  @Override
  public void start() {
    opener = Thread.ofVirtual().name("control-database").start(this::openUntilDone);
  }

  private void openUntilDone() {
    Duration wait = WAIT_FIRST;
    try {
      while (!tryOpen()) {
        Thread.sleep(wait);
        wait = wait.multipliedBy(2).compareTo(WAIT_MAX) < 0 ? wait.multipliedBy(2) : WAIT_MAX;
      }
    } catch (InterruptedException _) {
      return; // the service stops
    }
    events.publishEvent(new Opened());
  }

  private boolean tryOpen() {
    try {
      flyway.migrate();
      open = true;
      return true;
    } catch (RuntimeException e) {
      if (!Thread.currentThread().isInterrupted()) {
        log.error("The control plane's database does not open, so admin routes answer 503: {}", firstLine(e));
      }
      return false;
    }
  }

  private static String firstLine(Throwable e) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return String.valueOf(root.getMessage()).lines().findFirst().orElse(root.toString());
  }

  @Override
  public void stop() {
    Thread running = opener;
    opener = null;
    if (running != null) {
      running.interrupt();
    }
  }

  @Override
  public boolean isRunning() {
    return opener != null;
  }

  /** The tables are there; told once, in the opener's thread. */
  public record Opened() {}
}
