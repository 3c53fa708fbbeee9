package org.espalier.service.jobs;

import java.util.Locale;

/** Where a job is on its way. */
public enum JobState {
  QUEUED,
  RUNNING,
  SUCCEEDED,
  FAILED,
  CANCELLED;

  /** Whether it stays so. */
  public boolean ended() {
    return this != QUEUED && this != RUNNING;
  }

  /** The name that callers see. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
