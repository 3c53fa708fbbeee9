package org.espalier.service.platform;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.espalier.service.wire.TraceId;
import org.slf4j.MDC;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/** Puts the request's trace id into its answer and into every log line that is written for it. */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE)
class TraceFilter extends OncePerRequestFilter {

  /** Under which log lines have it. */
  static final String MDC_KEY = "trace_id";

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    String traceId = TraceId.of(request);
    response.setHeader(TraceId.HEADER, traceId);
    try (var _ = MDC.putCloseable(MDC_KEY, traceId)) {
      chain.doFilter(request, response);
    }
  }
}
