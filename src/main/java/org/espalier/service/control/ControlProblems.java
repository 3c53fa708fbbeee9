package org.espalier.service.control;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.espalier.service.wire.Problem;
import org.espalier.service.wire.ProblemCode;
import org.espalier.service.wire.TraceId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/** Answers for the database: it is away, and nothing was changed. */
@RestControllerAdvice
@Order(Ordered.HIGHEST_PRECEDENCE)
class ControlProblems {

  private static final Logger log = LoggerFactory.getLogger(ControlProblems.class);
  private static final String RETRY_AFTER_SECONDS = "5";

  @ExceptionHandler({DataAccessException.class, TransactionException.class})
  void database(RuntimeException e, HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    log.warn("The control plane's database refused a request", e);
    response.setHeader("Retry-After", RETRY_AFTER_SECONDS);
    Problem.of(
            ProblemCode.UNAVAILABLE,
            "the control plane's database does not answer; send the request again",
            TraceId.of(request))
        .write(request, response);
  }
}
