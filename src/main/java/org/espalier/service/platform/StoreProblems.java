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
    switch (e.kind()) {
      case NO_SUCH_GENERATION -> refuse(ProblemCode.UNKNOWN_GENERATION, e, request, response);
      case STALE_GENERATION -> refuse(ProblemCode.STALE_GENERATION, e, request, response);
      case GENERATION_ACTIVE -> refuse(ProblemCode.GENERATION_ACTIVE, e, request, response);
      case DISK_FULL -> {
        log.warn("The store refused a request: {}", e.getMessage()); // it may be every request
        String detail = "nothing of this request was stored; free disk space, then send it again";
        fail(ProblemCode.DISK_FULL, detail, request, response);
      }
      default -> {
        log.error("The store refused a request: {}", e.getMessage(), e);
        String detail = "nothing of this request was stored; send it again";
        fail(ProblemCode.UNAVAILABLE, detail, request, response);
      }
    }
  }

  @ExceptionHandler
  void notServable(NotServableException e, HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    refuse(ProblemCode.NOT_SERVABLE, e, request, response);
  }

  /** What the caller asked for does not fit what is there. */
  private static void refuse(
      ProblemCode code,
      RuntimeException e,
      HttpServletRequest request,
      HttpServletResponse response)
      throws IOException {
    Problem.of(code, String.valueOf(e.getMessage()), TraceId.of(request)).write(request, response);
  }

  private static void fail(
      ProblemCode code, String detail, HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    response.setHeader(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS);
    Problem.of(code, detail, TraceId.of(request)).write(request, response);
  }
}
