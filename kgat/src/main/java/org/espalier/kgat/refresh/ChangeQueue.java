package org.espalier.kgat.refresh;

import java.time.Duration;
import org.espalier.kgat.graph.EdgeChanges;

/**
 * Changes on their way from the threads that take events in to the one that refreshes. Bounded: what
 * does not fit is refused, and the caller waits or tells its own caller to. Whatever has gathered is
 * taken as one batch, in which each row changes once however many events it had; so a burst costs the
 * refresher less an event than single events do.
 */
public final class ChangeQueue implements ChangeSource {

  private final int capacity;
  private EdgeChanges gathered = new EdgeChanges(); // guarded by this
  private boolean closed; // guarded by this

  /**
   * @param capacity changes that wait at most, at least 1
   */
  public ChangeQueue(int capacity) {
    if (capacity < 1) {
      throw new IllegalArgumentException("capacity=" + capacity + " must be at least 1");
    }
    this.capacity = capacity;
  }

  /**
   * Adds changes, all or none.
   *
   * @return false when there is no room for them now, or the queue is closed
   * @throws IllegalArgumentException when there can never be room for so many at once
   */
  public synchronized boolean offer(EdgeChanges changes) {
    if (changes.size() > capacity) {
      throw new IllegalArgumentException(
          "%d changes at once exceed the queue's %d: offer them in parts"
              .formatted(changes.size(), capacity));
    }
    if (closed || gathered.size() + changes.size() > capacity) {
      return false;
    }
    gathered.addAll(changes);
    notifyAll();
    return true;
  }

  /**
   * Takes all changes that have gathered, in order; waits for the first.
   *
   * @return none when the time is over or the queue is closed
   */
  @Override
  public synchronized EdgeChanges take(Duration patience) throws InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    while (gathered.size() == 0 && !closed) {
      long leftMs = (deadline - System.nanoTime()) / 1_000_000;
      if (leftMs <= 0) {
        break;
      }
      wait(leftMs);
    }
    EdgeChanges taken = gathered;
    gathered = new EdgeChanges();
    return taken;
  }

  /** Changes that wait. */
  public synchronized int size() {
    return gathered.size();
  }

  /** Refuses what is offered from now on; what has gathered can still be taken. */
  @Override
  public synchronized void close() {
    closed = true;
    notifyAll();
  }

  @Override
  public synchronized boolean isDone() {
    return closed && gathered.size() == 0;
  }
}
