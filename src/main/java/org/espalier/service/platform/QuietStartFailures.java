package org.espalier.service.platform;

import org.springframework.boot.SpringBootExceptionReporter;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/** Keeps Spring from printing pages about a failed start: {@link EspalierApplication#run} says it in one line. */
@Order(Ordered.HIGHEST_PRECEDENCE)
class QuietStartFailures implements SpringBootExceptionReporter {

  @Override
  public boolean reportException(Throwable failure) {
    return true;
  }
}
