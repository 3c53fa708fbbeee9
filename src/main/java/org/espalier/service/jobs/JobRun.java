package org.espalier.service.jobs;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.espalier.service.platform.Spans.Running;
import org.jspecify.annotations.Nullable;

/** One run of a job: what its kind sees of it, and what the engine sees of its kind. */
final class JobRun implements JobContext {

  /** The job was cancelled, or the service stops, while a record waited for the database. */
  static final class Abandoned extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  private static final double SHARE_OF_FIRST_ESTIMATE = 0.02;
  private static final int PHASE_LENGTH_MAX = 100;
  private static final int NOTE_LENGTH_MAX = 200;

  private final JobRow row;
  private final JobRecords records;
  private final WorkFolders folders;
  private final Clock clock;
  private final Runnable changed;
  private final long startedMs;

  private volatile boolean cancelRequested; // written by whoever cancels
  private volatile boolean stopping; // written by the engine
  private volatile JobProgress progress = JobProgress.NONE; // written by the run
  private volatile @Nullable LogRange logRange; // written by the run

  // Of the run alone.
  private double phaseFrom;
  private double phaseUntil;
  private Running span = Running.NOTHING;
  private Running phaseSpan = Running.NOTHING;

  /**
   * @param row as it waits
   * @param changed called when there is something new to show
   */
  JobRun(JobRow row, JobRecords records, WorkFolders folders, Clock clock, Runnable changed) {
    this.row = row;
    this.records = records;
    this.folders = folders;
    this.clock = clock;
    this.changed = changed;
    this.startedMs = clock.millis();
    this.logRange = row.logRange();
  }

  /** Its phases become parts of it. */
  void trace(Running whole) {
    span = whole;
  }

  /** Ends what {@link #trace} began. */
  void traced(String ending) {
    phaseSpan.close();
    span.tag("state", ending);
  }

  void cancel() {
    cancelRequested = true;
  }

  /** The service stops. */
  void stop() {
    stopping = true;
  }

  boolean cancelRequested() {
    return cancelRequested;
  }

  @Override
  public boolean stopping() {
    return stopping;
  }

  JobRow row() {
    return row;
  }

  JobProgress currentProgress() {
    return progress;
  }

  @Nullable LogRange currentLogRange() {
    return logRange;
  }

  long startedMs() {
    return startedMs;
  }

  @Override
  public long id() {
    return row.number();
  }

  @Override
  public int attempt() {
    return row.attempt() + 1;
  }

  @Override
  public boolean cancelled() {
    return cancelRequested || stopping;
  }

  @Override
  public void phase(String name, double until) {
    phaseSpan.close();
    phaseSpan = span.part(name);
    phaseFrom = phaseUntil;
    phaseUntil = Math.clamp(until, phaseFrom, 1);
    show(new JobProgress(cut(name, PHASE_LENGTH_MAX), phaseFrom, estimate(phaseFrom), null));
  }

  @Override
  public void progress(double share, String note) {
    double whole = phaseFrom + Math.clamp(share, 0, 1) * (phaseUntil - phaseFrom);
    JobProgress before = progress;
    String words = note.isEmpty() ? null : cut(note, NOTE_LENGTH_MAX);
    show(new JobProgress(before.phase(), whole, estimate(whole), words));
  }

  @Override
  public void remaining(Duration time) {
    JobProgress before = progress;
    show(new JobProgress(before.phase(), before.share(), time.toMillis(), before.note()));
  }

  private void show(JobProgress next) {
    progress = next;
    changed.run();
  }

  /** As if the rest went as fast as what is done. */
  private @Nullable Long estimate(double share) {
    if (share < SHARE_OF_FIRST_ESTIMATE) {
      return null;
    }
    return Math.round((clock.millis() - startedMs) * (1 - share) / share);
  }

  @Override
  public LogRange logRange(Supplier<LogRange> now) {
    LogRange known = logRange;
    if (known == null) {
      known = now.get();
      records.logRange(this, known);
      logRange = known;
    }
    return known;
  }

  @Override
  public Path workFolder() {
    return folders.create(id());
  }

  @Override
  public Optional<String> resumePoint() {
    return Optional.ofNullable(row.resumePoint());
  }

  @Override
  public void resumeFrom(String point) {
    records.resumeFrom(this, point);
  }

  @Override
  public void report(String name, String mediaType, String content) {
    if (!JobReport.isName(name)) {
      throw new IllegalArgumentException("'" + name + "' is no name of a report");
    }
    records.report(this, new JobReport(null, id(), name, mediaType, content));
  }

  private static String cut(String text, int length) {
    return text.length() <= length ? text : text.substring(0, length);
  }
}
