package org.espalier.service.jobs;

import org.jspecify.annotations.Nullable;

/** A job cannot reach its end; the message is one line that says why and what to do. */
public final class JobFailedException extends RuntimeException {

  private static final long serialVersionUID = 1;

  public JobFailedException(String line, @Nullable Throwable cause) {
    super(line, cause);
  }
}
