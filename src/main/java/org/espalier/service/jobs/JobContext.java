package org.espalier.service.jobs;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/** What a run knows of its job, and whom it tells how far it is. Used by the run's threads. */
public interface JobContext {

  /** The job's number. */
  long id();

  /** Which run of the job this is, from 1; more after a restart. */
  int attempt();

  /** Whether the run is to end; true, and true it then stays. Cheap enough for an inner loop's end. */
  boolean cancelled();

  /**
   * Whether the run is to end because the service stops, so that a kind that resumes leaves its work folder as it is. Such
   * a run may end in any way, by an exception too.
   */
  boolean stopping();

  /**
   * Begins a phase.
   *
   * @param name a few words, as {@code "reading the log"}
   * @param until the share of the whole job that is done when the phase is, in [0, 1]
   */
  void phase(String name, double until);

  /**
   * Says how far the phase is. May be called as often as is convenient.
   *
   * @param share of the phase, in [0, 1]
   * @param note a few words on the state, as {@code "loss 0.31"}; may be empty
   */
  void progress(double share, String note);

  /** Says how long the job will take, where the kind knows better than progress and time passed. */
  void remaining(Duration time);

  /**
   * The part of the log that the job reads: that of its first run, or of the job that it repeats.
   *
   * @param now asked when nothing is recorded yet; the answer is recorded before this returns
   */
  LogRange logRange(Supplier<LogRange> now);

  /** A folder of the job's own, there until the job ends. */
  Path workFolder();

  /** What the last run said with {@link #resumeFrom}; empty at first and for kinds that begin again. */
  Optional<String> resumePoint();

  /** Records, before it returns, where a later run can go on. */
  void resumeFrom(String point);

  /**
   * Keeps a document with the job, in place of an earlier one of that name.
   *
   * @param name of lower case letters, digits, dots and hyphens, as {@code curve.svg}
   */
  void report(String name, String mediaType, String content);
}
