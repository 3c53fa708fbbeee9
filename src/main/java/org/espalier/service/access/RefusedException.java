package org.espalier.service.access;

import java.io.Serial;
import org.espalier.service.wire.ProblemCode;
import org.springframework.security.core.AuthenticationException;

/** A request's credentials are not good enough to look at what it wants. */
final class RefusedException extends AuthenticationException {

  @Serial private static final long serialVersionUID = 1;

  private final ProblemCode code;
  private final String detail;

  RefusedException(ProblemCode code, String detail) {
    super(detail);
    this.code = code;
    this.detail = detail;
  }

  ProblemCode code() {
    return code;
  }

  String detail() {
    return detail;
  }

  /** An answer, not a fault: nobody reads its stack. */
  @Override
  public synchronized Throwable fillInStackTrace() {
    return this;
  }
}
