package org.espalier.service.jobs;

import it.unimi.dsi.fastutil.longs.Long2ObjectMap;
import it.unimi.dsi.fastutil.longs.Long2ObjectOpenHashMap;
import java.time.Duration;
import org.espalier.service.wire.ProblemCode;
import org.espalier.service.wire.ProblemException;

/**
 * Tells those who watch a job that there is something new. It carries no news itself: a watcher that is slow looks less
 * often and misses only what is no longer true, and no run ever waits for one.
 */
final class JobFeed {

  private final int watchersMax;

  // Guarded by this.
  private final Long2ObjectMap<Watched> watched = new Long2ObjectOpenHashMap<>();
  private int watchers;
  private boolean closed;

  private static final class Watched {
    int watchers;
    long version;
  }

  JobFeed(int watchersMax) {
    this.watchersMax = watchersMax;
  }

  synchronized void changed(long job) {
    Watched known = watched.get(job);
    if (known != null) {
      known.version++;
      notifyAll();
    }
  }

  /** Ends all watches. */
  synchronized void close() {
    closed = true;
    notifyAll();
  }

  /**
   * Begins to watch a job.
   *
   * @throws ProblemException UNAVAILABLE when too many watch
   */
  synchronized Watch watch(long job) {
    if (watchers == watchersMax) {
      throw new ProblemException(
          ProblemCode.UNAVAILABLE,
          "%d event streams are open; close one, or ask for the job now and then"
              .formatted(watchers));
    }
    watchers++;
    Watched mine = watched.computeIfAbsent(job, _ -> new Watched());
    mine.watchers++;
    return new Watch(job, mine);
  }

  /** One watcher, used by one thread. */
  final class Watch implements AutoCloseable {
    private final long job;
    private final Watched mine;
    private long seen;

    private Watch(long job, Watched mine) {
      this.job = job;
      this.mine = mine;
      this.seen = mine.version;
    }

    /** Waits for something new, for at most so long; false when nothing will come any more. */
    boolean await(Duration atMost) throws InterruptedException {
      synchronized (JobFeed.this) {
        long endNs = System.nanoTime() + atMost.toNanos();
        while (!closed && mine.version == seen) {
          long leftMs = (endNs - System.nanoTime()) / 1_000_000;
          if (leftMs <= 0) {
            break;
          }
          JobFeed.this.wait(leftMs);
        }
        seen = mine.version;
        return !closed;
      }
    }

    @Override
    public void close() {
      synchronized (JobFeed.this) {
        watchers--;
        if (--mine.watchers == 0) {
          watched.remove(job);
        }
      }
    }
  }
}
