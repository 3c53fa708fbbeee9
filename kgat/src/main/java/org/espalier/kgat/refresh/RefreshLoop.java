package org.espalier.kgat.refresh;

import java.time.Duration;
import java.util.function.Consumer;
import org.espalier.kgat.graph.EdgeChanges;

/**
 * The thread that refreshes: takes what has gathered, applies it, refreshes within the budget, and goes
 * on without waiting while rows are left. Owns neither source nor refresher, but closes the source when it
 * ends, so that nobody waits for a thread that is gone.
 */
public final class RefreshLoop implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofMillis(500);

  private final Refresher refresher;
  private final ChangeSource source;
  private final Duration budget;
  private final Consumer<RefreshReport> onRefresh;
  private final Consumer<RuntimeException> onFailure;
  private final Thread thread;

  private RefreshLoop(
      Refresher refresher,
      ChangeSource source,
      Duration budget,
      Consumer<RefreshReport> onRefresh,
      Consumer<RuntimeException> onFailure) {
    this.refresher = refresher;
    this.source = source;
    this.budget = budget;
    this.onRefresh = onRefresh;
    this.onFailure = onFailure;
    thread = Thread.ofPlatform().name("espalier-refresh").daemon().unstarted(this::run);
  }

  /**
   * Starts the thread.
   *
   * @param budget of one refresh: about how long an event waits at most before it is looked at
   * @param onRefresh is told of each refresh, in the loop's thread
   * @param onFailure is told of what ended the loop, if anything did
   */
  public static RefreshLoop start(
      Refresher refresher,
      ChangeSource source,
      Duration budget,
      Consumer<RefreshReport> onRefresh,
      Consumer<RuntimeException> onFailure) {
    RefreshLoop loop = new RefreshLoop(refresher, source, budget, onRefresh, onFailure);
    loop.thread.start();
    return loop;
  }

  private void run() {
    try {
      int left = 0;
      while (!source.isDone()) {
        EdgeChanges changes = source.take(left > 0 ? Duration.ZERO : PATIENCE);
        if (changes.size() > 0) {
          refresher.apply(changes);
        }
        if (changes.size() > 0 || left > 0) {
          RefreshReport report = refresher.refresh(budget);
          left = report.rowsLeft();
          onRefresh.accept(report);
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      onFailure.accept(e);
    } finally {
      source.close();
    }
  }

  /** Closes the source, lets what it still gives be applied, and waits for the thread to end. */
  @Override
  public void close() {
    source.close();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException _) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
