package org.espalier.service.platform;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.espalier.embeddings.store.StoreException;
import org.espalier.service.wire.Problem;
import org.espalier.service.wire.ProblemCode;
import org.espalier.service.wire.TraceId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/** Answers for the store: nothing of a refused request was stored, and the log says why. */
@RestControllerAdvice
@Order(Ordered.HIGHEST_PRECEDENCE)
class StoreProblems {

  private static final Logger log = LoggerFactory.getLogger(StoreProblems.class);
  private static final String RETRY_AFTER_SECONDS = "5";

  @ExceptionHandler
  void store(StoreException e, HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    response.setHeader(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS);
    ProblemCode code =
        e.kind() == StoreException.Kind.DISK_FULL ? ProblemCode.DISK_FULL : ProblemCode.UNAVAILABLE;
    if (code == ProblemCode.DISK_FULL) {
      log.warn("The store refused a request: {}", e.getMessage()); // it may be every request
    } else {
      log.error("The store refused a request: {}", e.getMessage(), e);
    }
    String detail =
        code == ProblemCode.DISK_FULL
            ? "nothing of this request was stored; free disk space, then send it again"
            : "nothing of this request was stored; send it again";
    Problem.of(code, detail, TraceId.of(request)).write(request, response);
  }
}
