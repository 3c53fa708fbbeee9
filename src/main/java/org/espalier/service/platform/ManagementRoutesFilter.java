package org.espalier.service.platform;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import org.espalier.service.wire.Problem;
import org.espalier.service.wire.ProblemCode;
import org.espalier.service.wire.TraceId;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.server.PathContainer;
import org.springframework.http.server.RequestPath;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

/**
 * Answers actuator and admin routes on the management port alone, and nothing else there. Asked before keys are looked
 * at: a route that is not there needs none. Paths are read with the patterns that Spring finds routes by, so that no
 * spelling of a path is one route here and another there.
 */
@Order(Ordered.HIGHEST_PRECEDENCE + 3)
final class ManagementRoutesFilter extends OncePerRequestFilter {

  private static final List<PathPattern> ROUTES =
      List.of(
          PathPatternParser.defaultInstance.parse("/actuator/**"),
          PathPatternParser.defaultInstance.parse("/v1/admin/**"));

  private final ManagementConnector connector;

  ManagementRoutesFilter(ManagementConnector connector) {
    this.connector = connector;
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    if (isRoute(request) == (request.getLocalPort() == connector.port())) {
      chain.doFilter(request, response);
    } else {
      Problem.of(
              ProblemCode.UNKNOWN_ROUTE, "no route of this port has this path", TraceId.of(request))
          .write(request, response);
    }
  }

  private static boolean isRoute(HttpServletRequest request) {
    PathContainer path =
        RequestPath.parse(request.getRequestURI(), request.getContextPath())
            .pathWithinApplication();
    return ROUTES.stream().anyMatch(pattern -> pattern.matches(path));
  }
}
