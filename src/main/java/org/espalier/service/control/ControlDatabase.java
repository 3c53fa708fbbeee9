package org.espalier.service.control;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.espalier.service.platform.StartFailedException;
import org.espalier.service.wire.ProblemCode;
import org.espalier.service.wire.ProblemException;
import org.flywaydb.core.Flyway;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;
import org.springframework.web.context.WebApplicationContext;

/**
 * Opens the database and brings its tables to this version, in a thread of its own: the start does not wait for it, and a
 * database that is not there is tried again until it is. Commands that serve nobody do not open it.
 */
@Component
public class ControlDatabase implements SmartLifecycle {

  private static final Logger log = LoggerFactory.getLogger(ControlDatabase.class);
  private static final Duration WAIT_FIRST = Duration.ofMillis(500);
  private static final Duration WAIT_MAX = Duration.ofSeconds(15);

  private final Flyway flyway;
  private final ApplicationContext context;
  private final CountDownLatch stopped = new CountDownLatch(1);
  private volatile boolean open; // written by the opener
  private volatile boolean started; // written by start and stop

  ControlDatabase(Flyway flyway, ApplicationContext context) {
    this.flyway = flyway;
    this.context = context;
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

  /**
   * Opens it for a command that works on the data folder of a service that is stopped, before this returns.
   *
   * @param instead the command that asks a running service
   * @throws StartFailedException with what is in the way
   */
  public void openNow(String instead) {
    try {
      flyway.migrate();
      open = true;
    } catch (RuntimeException e) {
      DatabaseFault fault = DatabaseFault.of(e);
      throw new StartFailedException(
          fault.inUse()
              ? "the service is running: use %s instead".formatted(instead)
              : "the control plane's database does not open: " + fault.reason(),
          e);
    }
  }

  /** In a service only, not in a command that borrows its parts. */
  @Override
  public boolean isAutoStartup() {
    return context instanceof WebApplicationContext;
  }

  @Override
  public void start() {
    started = true;
    Thread.ofVirtual().name("control-database").start(this::openUntilDone);
  }

  private void openUntilDone() {
    Duration wait = WAIT_FIRST;
    try {
      while (!tryOpen()) {
        // No interrupt ends this: one would close the file under H2.
        if (stopped.await(wait.toMillis(), TimeUnit.MILLISECONDS)) {
          return;
        }
        wait = wait.multipliedBy(2).compareTo(WAIT_MAX) < 0 ? wait.multipliedBy(2) : WAIT_MAX;
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts this thread", e);
    }
    context.publishEvent(new Opened());
  }

  private boolean tryOpen() {
    try {
      flyway.migrate();
      open = true;
      return true;
    } catch (RuntimeException e) {
      log.error(
          "The control plane's database does not open; admin routes answer 503: {}",
          DatabaseFault.of(e).reason());
      return false;
    }
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

  /** The tables are there; told once, in the opener's thread. */
  public record Opened() {}
}
