package org.espalier.service.jobs;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.espalier.embeddings.store.StoreException;
import org.espalier.service.platform.Spans;
import org.espalier.service.platform.Spans.Running;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * Takes jobs from the queue and runs them. The database is the queue; one thread, the dispatcher, takes from it, and each
 * run has a thread of its own. A job that the database calls running is in {@link #running}, from before it is called so
 * until after, so whoever finds it in neither place looks again. No thread is ever interrupted: an interrupt would close
 * the files under the store and under H2.
 */
final class JobWorkers {

  private static final Logger log = LoggerFactory.getLogger(JobWorkers.class);
  private static final Duration LOOK_BUSY = Duration.ofSeconds(1);
  private static final Duration LOOK_IDLE = Duration.ofMinutes(10);
  private static final Duration FORGET_EVERY = Duration.ofHours(1);

  private final JobRepository jobs;
  private final JobRecovery recovery;
  private final JobKinds kinds;
  private final JobRecords records;
  private final WorkFolders folders;
  private final JobFeed feed;
  private final JobProperties properties;
  private final String instance;
  private final Clock clock;
  private final MeterRegistry meters;
  private final Spans spans;

  private final Map<Long, JobRun> running = new ConcurrentHashMap<>();
  private final Map<Long, Thread> threads = new ConcurrentHashMap<>();
  private final Semaphore wake = new Semaphore(0);
  private volatile boolean stopping; // written by stop
  private volatile @Nullable Thread dispatcher; // written by open

  /** Whether jobs that the database calls running are those of this process. Of the dispatcher. */
  private boolean settled;

  /** When the history is cut again. Of the dispatcher. */
  private long forgetAtMs;

  /** Whether jobs of an earlier process were dealt with. Of the dispatcher. */
  private boolean recovered;

  JobWorkers(
      JobRepository jobs,
      JobRecovery recovery,
      JobKinds kinds,
      JobRecords records,
      WorkFolders folders,
      JobFeed feed,
      JobProperties properties,
      String instance,
      Clock clock,
      MeterRegistry meters,
      Spans spans) {
    this.jobs = jobs;
    this.recovery = recovery;
    this.kinds = kinds;
    this.records = records;
    this.folders = folders;
    this.feed = feed;
    this.properties = properties;
    this.instance = instance;
    this.clock = clock;
    this.meters = meters;
    this.spans = spans;
    meters.gaugeMapSize("espalier.jobs.running", Tags.empty(), running);
    for (JobKind<?> kind : kinds.all()) { // from 0 on, so that an alert sees the first one
      for (JobState state : List.of(JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED)) {
        Counter _ = ended(kind, state.text());
      }
    }
  }

  /** Begins to work, once the database's tables are there. */
  void open() {
    dispatcher = Thread.ofVirtual().name("job-dispatcher").start(this::dispatch);
  }

  /** There may be something to do. */
  void wake() {
    wake.release();
  }

  /** A job that runs here, or is about to, or has just ended. */
  Optional<JobRun> running(long id) {
    return Optional.ofNullable(running.get(id));
  }

  /** Tells all runs to end, and waits for them for at most so long. */
  void stop(Duration atMost) {
    stopping = true;
    running.values().forEach(JobRun::stop);
    wake();
    long endNs = System.nanoTime() + atMost.toNanos();
    try {
      Thread dispatching = dispatcher;
      if (dispatching != null) {
        joinUntil(dispatching, endNs);
      }
      running.values().forEach(JobRun::stop); // begun meanwhile
      for (Thread thread : threads.values()) {
        joinUntil(thread, endNs);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    running
        .keySet()
        .forEach(id -> log.warn("Job {} did not end in time; the next start sees to it", id));
  }

  private static void joinUntil(Thread thread, long endNs) throws InterruptedException {
    thread.join(Duration.ofNanos(Math.max(1_000_000, endNs - System.nanoTime())));
  }

  private void dispatch() {
    boolean said = false;
    while (!stopping) {
      try {
        settle();
        startWaiting();
        writeProgress();
        said = false;
      } catch (DataAccessException | TransactionException e) {
        settled = false; // what was written last may or may not be there
        if (!said) {
          log.warn("Jobs wait for the control plane's database: {}", e.toString());
          said = true;
        }
      } catch (RuntimeException | Error e) { // neither a defect nor want of memory may end it
        log.error("The job dispatcher failed and tries again", e);
        settled = false;
        said = true;
      }
      boolean busy = said || !running.isEmpty();
      try {
        boolean _ =
            wake.tryAcquire((busy ? LOOK_BUSY : LOOK_IDLE).toMillis(), TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        throw new IllegalStateException("nobody interrupts this thread", e);
      }
      wake.drainPermits();
    }
  }

  private void settle() {
    if (!settled) {
      for (JobRow row : jobs.inState(instance, JobState.RUNNING)) {
        if (!running.containsKey(row.number())) {
          // After the start it is of a process that is gone; later it was never begun.
          recovery.interrupted(row, recovered);
          feed.changed(row.number());
        }
      }
      settled = true;
      recovered = true;
    }
    long nowMs = clock.millis();
    if (nowMs >= forgetAtMs) {
      recovery.forgetOld();
      forgetAtMs = nowMs + FORGET_EVERY.toMillis();
    }
  }

  private void startWaiting() {
    for (JobRow row : jobs.inState(instance, JobState.QUEUED)) {
      if (stopping) {
        return;
      }
      kinds
          .find(row.kind())
          .ifPresentOrElse(
              kind -> {
                if (runningOf(kind) < kind.runningMax() && laneHasRoom(kind)) {
                  start(kind, row);
                }
              },
              () -> recovery.unknownKind(row));
    }
  }

  private boolean laneHasRoom(JobKind<?> kind) {
    return kind.ownLane()
        || running.values().stream().filter(run -> !kinds.hasOwnLane(run.row().kind())).count()
            < properties.runningMax();
  }

  private long runningOf(JobKind<?> kind) {
    return running.values().stream().filter(run -> run.row().kind().equals(kind.name())).count();
  }

  private void start(JobKind<?> kind, JobRow row) {
    long id = row.number();
    JobRun run = new JobRun(row, records, folders, clock, () -> feed.changed(id));
    running.put(id, run);
    boolean mine = false;
    try {
      mine = jobs.start(id, run.startedMs()) == 1; // else it was cancelled meanwhile
    } finally {
      if (!mine) {
        running.remove(id);
      }
    }
    if (mine) {
      log.info("Job {} ({}) begins", id, kind.name());
      feed.changed(id);
      threads.put(id, Thread.ofPlatform().name("job-" + id).start(() -> runToEnd(kind, run)));
    }
  }

  private void runToEnd(JobKind<?> kind, JobRun run) {
    try (Running span = spans.work("job." + kind.name())) {
      run.trace(span);
      run.traced(runNow(kind, run));
    }
  }

  /** Returns how it ended. */
  private String runNow(JobKind<?> kind, JobRun run) {
    long id = run.id();
    Ending ending = outcome(kind, run);
    boolean written = JobRecords.insist(() -> write(run, ending), () -> stopping);
    if (written && !(ending instanceof Ending.Interrupted)) {
      folders.remove(id);
      ended(kind, ending.word()).increment();
    }
    log.info(
        "Job {} ({}) {} after {} ms",
        id,
        kind.name(),
        ending.word(),
        clock.millis() - run.startedMs());
    running.remove(id);
    threads.remove(id);
    feed.changed(id);
    wake();
    return ending.word();
  }

  private Counter ended(JobKind<?> kind, String state) {
    return meters.counter("espalier.jobs.ended", "kind", kind.name(), "state", state);
  }

  private void write(JobRun run, Ending ending) {
    JobProgress progress = run.currentProgress();
    switch (ending) {
      case Ending.Ended ended ->
          jobs.end(
              run.id(),
              JobState.RUNNING,
              ended.state(),
              ended.state() == JobState.SUCCEEDED ? null : progress.phase(),
              ended.state() == JobState.SUCCEEDED ? 1 : progress.share(),
              ended.result(),
              ended.error(),
              clock.millis());
      case Ending.Interrupted _ ->
          jobs.findByInstanceAndId(instance, run.id())
              .ifPresent(row -> recovery.interrupted(row, true));
    }
  }

  /** How a run ends, as it is to be recorded. */
  private sealed interface Ending {
    String word();

    record Ended(JobState state, @Nullable String result, @Nullable String error)
        implements Ending {
      @Override
      public String word() {
        return state.text();
      }
    }

    /** The service stops. */
    record Interrupted() implements Ending {
      @Override
      public String word() {
        return "interrupted";
      }
    }
  }

  // Whatever a kind throws must end its job and no more.
  private <R> Ending outcome(JobKind<R> kind, JobRun run) {
    try {
      R request = kinds.request(kind, run.row().request());
      return switch (kind.run(request, run)) {
        case JobOutcome.Done done ->
            new Ending.Ended(JobState.SUCCEEDED, kinds.write(done.result()), null);
        case JobOutcome.Cancelled _ -> cancelled(run);
      };
    } catch (JobRun.Abandoned _) {
      return cancelled(run);
    } catch (JobFailedException | StoreException e) {
      return failed(run, String.valueOf(e.getMessage()));
    } catch (Throwable e) {
      if (run.stopping()) {
        return new Ending.Interrupted();
      }
      log.error("Job {} ({}) failed", run.id(), kind.name(), e);
      return failed(run, "a fault of the service: %s; its log has more".formatted(e));
    }
  }

  private static Ending cancelled(JobRun run) {
    if (run.cancelRequested()) {
      return new Ending.Ended(JobState.CANCELLED, null, null);
    }
    return run.stopping()
        ? new Ending.Interrupted()
        : new Ending.Ended(JobState.FAILED, null, "the job ended as if it were cancelled");
  }

  /** While the service stops, its parts may have gone from under the run. */
  private static Ending failed(JobRun run, String error) {
    return run.stopping()
        ? new Ending.Interrupted()
        : new Ending.Ended(JobState.FAILED, null, JobRecovery.oneLine(error));
  }

  /** For whoever reads the database; those who ask this process see more. */
  private void writeProgress() {
    for (JobRun run : running.values()) {
      JobProgress now = run.currentProgress();
      jobs.progress(run.id(), now.phase(), now.share(), now.remainingMs(), now.note());
    }
  }
}
