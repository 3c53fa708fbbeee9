package org.espalier.service.jobs;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantLock;
import org.espalier.service.control.AuditLog;
import org.espalier.service.control.Caller;
import org.espalier.service.control.ControlDatabase;
import org.espalier.service.wire.ProblemCode;
import org.espalier.service.wire.ProblemException;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.event.EventListener;

/**
 * Takes jobs in, cancels them, and knows how they are. Every method but those of the life cycle answers UNAVAILABLE while
 * the database is not open.
 */
public final class JobEngine implements SmartLifecycle {

  private static final Duration STOP_MAX = Duration.ofSeconds(15);
  private static final int CANCEL_ATTEMPTS = 5;
  private static final int IDEMPOTENCY_KEY_LENGTH_MAX = 255;

  private final ControlDatabase database;
  private final JobRepository jobs;
  private final JobReportRepository reports;
  private final JobKinds kinds;
  private final JobWorkers workers;
  private final JobFeed feed;
  private final JobProperties properties;
  private final AuditLog audit;
  private final String instance;
  private final String codeVersion;
  private final Clock clock;

  /** Held while it is decided whether a job may join the queue. */
  private final ReentrantLock admission = new ReentrantLock();

  private volatile boolean started; // written by start and stop

  JobEngine(
      ControlDatabase database,
      JobRepository jobs,
      JobReportRepository reports,
      JobKinds kinds,
      JobWorkers workers,
      JobFeed feed,
      JobProperties properties,
      AuditLog audit,
      String instance,
      String codeVersion,
      Clock clock) {
    this.database = database;
    this.jobs = jobs;
    this.reports = reports;
    this.kinds = kinds;
    this.workers = workers;
    this.feed = feed;
    this.properties = properties;
    this.audit = audit;
    this.instance = instance;
    this.codeVersion = codeVersion;
    this.clock = clock;
  }

  /** Why a job is asked for, and what it takes over from an earlier one. */
  private record Source(
      JobOrigin origin,
      @Nullable Long rerunOf,
      @Nullable LogRange logRange,
      @Nullable String idempotencyKey) {}

  /**
   * Queues a job.
   *
   * @param idempotencyKey the same key gives the same job again, and queues nothing
   * @throws ProblemException INVALID_VALUE, JOB_CONFLICT, QUEUE_FULL, or what the kind's validation throws
   */
  public <R> JobView submit(JobKind<R> kind, R request, @Nullable String idempotencyKey) {
    if (idempotencyKey != null
        && (idempotencyKey.isBlank() || idempotencyKey.length() > IDEMPOTENCY_KEY_LENGTH_MAX)) {
      throw new ProblemException(
          ProblemCode.INVALID_VALUE,
          "Idempotency-Key must have 1 to " + IDEMPOTENCY_KEY_LENGTH_MAX + " characters");
    }
    return submit(kind, request, new Source(JobOrigin.REQUEST, null, null, idempotencyKey));
  }

  /** Queues a job because its time has come. */
  <R> JobView submitScheduled(JobKind<R> kind, R request) {
    return submit(kind, request, new Source(JobOrigin.SCHEDULE, null, null, null));
  }

  /**
   * Queues a job like an earlier one: the same request, on the same part of the log.
   *
   * @throws ProblemException UNKNOWN_JOB, or as {@link #submit}
   */
  public JobView rerun(long id) {
    database.requireOpen();
    JobRow row = row(id);
    JobKind<?> kind =
        kinds
            .find(row.kind())
            .orElseThrow(() ->
                new ProblemException(
                    ProblemCode.UNKNOWN_JOB, "this version has no jobs of kind " + row.kind()));
    return rerun(kind, row);
  }

  private <R> JobView rerun(JobKind<R> kind, JobRow row) {
    R request;
    try {
      request = kinds.request(kind, row.request());
    } catch (JobFailedException e) {
      throw new ProblemException(ProblemCode.INVALID_VALUE, String.valueOf(e.getMessage()));
    }
    return submit(kind, request, new Source(JobOrigin.RERUN, row.number(), row.logRange(), null));
  }

  private <R> JobView submit(JobKind<R> kind, R request, Source source) {
    database.requireOpen();
    kind.validate(request);
    String text = kinds.write(request);
    return audit.record(
        "job.submit",
        kind.name(),
        text,
        () -> {
          JobRow row = newRow(kind, request, text, source);
          admission.lock();
          try {
            return JobView.of(admit(row));
          } finally {
            admission.unlock();
            workers.wake();
          }
        });
  }

  private JobRow admit(JobRow row) {
    if (row.idempotencyKey() != null) {
      Optional<JobRow> known = jobs.findByInstanceAndIdempotencyKey(instance, row.idempotencyKey());
      if (known.isPresent()) {
        return requireSame(known.get(), row);
      }
    }
    List<JobRow> live = jobs.live(instance);
    for (JobRow other : live) {
      if (other.kind().equals(row.kind()) && other.conflictKey().equals(row.conflictKey())) {
        throw new ProblemException(
            ProblemCode.JOB_CONFLICT,
            "job %d does the same and is %s; wait for it, or cancel it"
                .formatted(other.number(), other.state().text()));
      }
    }
    long waiting =
        live.stream()
            .filter(other -> other.state() == JobState.QUEUED)
            .filter(
                other -> workers.running(other.number()).isEmpty()) // begun; the row says so soon
            .filter(other -> kinds.shareLane(other.kind(), row.kind()))
            .count();
    if (waiting >= properties.queueMax()) {
      throw new ProblemException(
          ProblemCode.QUEUE_FULL, waiting + " jobs wait; cancel some, or come back later");
    }
    return jobs.save(row);
  }

  private static JobRow requireSame(JobRow known, JobRow row) {
    if (!known.kind().equals(row.kind()) || !known.request().equals(row.request())) {
      throw new ProblemException(
          ProblemCode.INVALID_VALUE,
          "this Idempotency-Key was given to job %d, which is another one; take a new key"
              .formatted(known.number()));
    }
    return known;
  }

  private <R> JobRow newRow(JobKind<R> kind, R request, String text, Source source) {
    OptionalLong seed = kind.seed(request);
    LogRange range = source.logRange();
    return new JobRow(
        null,
        instance,
        kind.name(),
        JobState.QUEUED,
        null,
        0,
        null,
        null,
        text,
        sha256(kind.conflictKey(request, text)),
        source.origin(),
        source.rerunOf(),
        Caller.name(),
        source.idempotencyKey(),
        seed.isPresent() ? seed.getAsLong() : null,
        range == null ? null : range.from(),
        range == null ? null : range.to(),
        codeVersion,
        0,
        null,
        null,
        null,
        clock.millis(),
        null,
        null);
  }

  /**
   * Cancels a job: one that waits at once, one that runs as soon as it notices. Cancelling it again changes nothing. A run
   * that is done before it notices stays done.
   *
   * @throws ProblemException UNKNOWN_JOB; JOB_FINISHED when it has succeeded or failed
   */
  public JobView cancel(long id) {
    database.requireOpen();
    return audit.record("job.cancel", "job " + id, "", () -> cancelNow(id));
  }

  private JobView cancelNow(long id) {
    for (int attempt = 0; attempt < CANCEL_ATTEMPTS; attempt++) {
      Optional<JobRun> run = workers.running(id);
      if (run.isPresent()) {
        run.get().cancel();
        feed.changed(id);
        return JobView.of(run.get());
      }
      JobRow row = row(id);
      if (row.state() == JobState.CANCELLED) {
        return JobView.of(row);
      }
      if (row.state().ended()) {
        throw new ProblemException(
            ProblemCode.JOB_FINISHED, "job %d has %s".formatted(id, row.state().text()));
      }
      int ended =
          jobs.end(
              id,
              JobState.QUEUED,
              JobState.CANCELLED,
              null,
              row.progress(),
              null,
              null,
              clock.millis());
      if (ended == 1) {
        feed.changed(id);
        return JobView.of(row(id));
      }
    }
    throw new ProblemException(
        ProblemCode.UNAVAILABLE, "job %d is just being taken up; try again".formatted(id));
  }

  /**
   * A job as it is now.
   *
   * @throws ProblemException UNKNOWN_JOB
   */
  public JobView find(long id) {
    database.requireOpen();
    return workers.running(id).map(JobView::of).orElseGet(() -> JobView.of(row(id)));
  }

  /** Waits for a job's end, for at most so long; the job as it is then. */
  public JobView awaitEnd(long id, Duration atMost) throws InterruptedException {
    long endNs = System.nanoTime() + atMost.toNanos();
    try (JobFeed.Watch watch = feed.watch(id)) {
      while (true) {
        JobView job = find(id);
        Duration left = Duration.ofNanos(endNs - System.nanoTime());
        if (job.ended() || !left.isPositive() || !watch.await(left)) {
          return job;
        }
      }
    }
  }

  /** Jobs below an id, newest first; null for any kind or state. */
  List<JobView> page(long before, int count, @Nullable String kind, @Nullable JobState state) {
    database.requireOpen();
    return jobs.page(instance, before, kind, state == null ? null : state.name(), count).stream()
        .map(row ->
            row.state() == JobState.RUNNING
                ? workers.running(row.number()).map(JobView::of).orElseGet(() -> JobView.of(row))
                : JobView.of(row))
        .toList();
  }

  /** The names of a job's reports. */
  List<String> reports(long id) {
    database.requireOpen();
    return reports.names(row(id).number());
  }

  /**
   * @throws ProblemException UNKNOWN_JOB, for a report that is not there, too
   */
  JobReport report(long id, String name) {
    database.requireOpen();
    JobRow job = row(id);
    return Optional.of(name)
        .filter(JobReport::isName)
        .flatMap(known -> reports.findByJobAndName(job.number(), known))
        .orElseThrow(() ->
            new ProblemException(
                ProblemCode.UNKNOWN_JOB, "job %d has no report of this name".formatted(id)));
  }

  /** Begins to watch a job; the caller closes the watch. */
  JobFeed.Watch watch(long id) {
    return feed.watch(id);
  }

  private JobRow row(long id) {
    return jobs.findByInstanceAndId(instance, id)
        .orElseThrow(() ->
            new ProblemException(
                ProblemCode.UNKNOWN_JOB,
                "there is no job %d; it may have left the history".formatted(id)));
  }

  @EventListener(ControlDatabase.Opened.class)
  void opened() {
    if (started) {
      workers.open();
    }
  }

  @Override
  public void start() {
    started = true;
  }

  /** Before the web server's graceful end, which would wait for the event streams. */
  @Override
  public void stop() {
    started = false;
    feed.close();
    workers.stop(STOP_MAX);
  }

  @Override
  public boolean isRunning() {
    return started;
  }

  private static String sha256(String text) {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
