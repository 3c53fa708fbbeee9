package org.espalier.service.jobs;

import java.util.OptionalLong;

/**
 * One kind of job, as a bean. The engine stores the request as JSON, so that a job can be resumed after a restart and run
 * again later.
 *
 * @param <R> the request: a record that Jackson reads and writes, with everything that the result depends on
 */
public interface JobKind<R> {

  /** What becomes of a job whose process ended in the middle of it. */
  enum AfterInterruption {
    /** It goes on from its work folder and resume point. */
    RESUME,
    /** It begins again with an empty work folder. */
    RESTART,
    /** It has failed. */
    FAIL
  }

  /** The name in routes, records and settings: lower case letters and hyphens. */
  String name();

  Class<R> requestType();

  /** The request of a schedule that names none. */
  R defaults();

  /**
   * Refuses a request before anything is queued.
   *
   * @throws org.espalier.service.wire.ProblemException with what is wrong and what to do
   */
  void validate(R request);

  /** The seed of everything random, for the record. */
  default OptionalLong seed(R request) {
    return OptionalLong.empty();
  }

  /**
   * No two jobs of a kind with equal keys wait or run at once; the second one is refused.
   *
   * @param requestJson the request as it is stored; two equal ones are the same job
   */
  default String conflictKey(R request, String requestJson) {
    return requestJson;
  }

  /** How many jobs of this kind may run at once. */
  default int runningMax() {
    return 1;
  }

  /**
   * Whether such jobs wait for none of another kind: short ones, whose purpose cannot wait for a training. They count
   * neither among the jobs that run at once nor in the queue of the others.
   */
  default boolean ownLane() {
    return false;
  }

  AfterInterruption afterInterruption();

  /**
   * Does the work, in a thread of its own, and asks {@link JobContext#cancelled} now and then. A change that others see is
   * the last thing that it does and is made in one step, so that a job that ends early leaves nothing behind outside its
   * work folder.
   *
   * @throws JobFailedException with one line for whoever looks at the job; anything else counts as a fault of ours
   */
  JobOutcome run(R request, JobContext context);
}
