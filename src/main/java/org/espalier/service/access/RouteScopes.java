package org.espalier.service.access;

import io.micrometer.core.instrument.MeterRegistry;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.espalier.service.wire.Needs;
import org.espalier.service.wire.ProblemCode;
import org.espalier.service.wire.ProblemException;
import org.espalier.service.wire.Scope;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.http.HttpHeaders;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerInterceptor;

/**
 * Lets a request through to its route when its key has the route's scope. Asked after Spring has found the route, so that
 * no second opinion on paths can differ from the first, and before anybody reads the body.
 */
final class RouteScopes implements HandlerInterceptor {

  /** The API's description and its pages. */
  private static final String DOCS = "org.springdoc.";

  private final Map<HandlerMethod, Optional<Scope>> known = new ConcurrentHashMap<>();
  private final MeterRegistry meters;

  RouteScopes(MeterRegistry meters) {
    this.meters = meters;
  }

  @Override
  public boolean preHandle(
      HttpServletRequest request, HttpServletResponse response, Object handler) {
    if (request.getDispatcherType() != DispatcherType.REQUEST) {
      return true; // goes on with what was let through, or answers for what was not
    }
    Scope needed =
        scope(handler)
            .orElseThrow(() ->
                new ProblemException(
                    ProblemCode.SCOPE_MISSING,
                    "this route has no scope yet, so that no key opens it"));
    if (SecurityContextHolder.getContext().getAuthentication() instanceof KeyHolder holder
        && holder.may(needed)) {
      return true;
    }
    response.setHeader(
        HttpHeaders.WWW_AUTHENTICATE,
        "Bearer realm=\"espalier\", error=\"insufficient_scope\", scope=\"%s\""
            .formatted(needed.text()));
    throw refused("this route needs a key with the scope " + needed.text());
  }

  private ProblemException refused(String detail) {
    meters.counter(AccessProblems.REFUSED, "code", ProblemCode.SCOPE_MISSING.code()).increment();
    return new ProblemException(ProblemCode.SCOPE_MISSING, detail);
  }

  /** The scope that a handler needs; empty when nobody has said. */
  Optional<Scope> scope(Object handler) {
    return handler instanceof HandlerMethod method
        ? known.computeIfAbsent(method, RouteScopes::declared)
        : Optional.of(Scope.READ); // static pages
  }

  private static Optional<Scope> declared(HandlerMethod method) {
    Needs needs = AnnotatedElementUtils.findMergedAnnotation(method.getMethod(), Needs.class);
    if (needs == null) {
      needs = AnnotatedElementUtils.findMergedAnnotation(method.getBeanType(), Needs.class);
    }
    if (needs != null) {
      return Optional.of(needs.value());
    }
    return method.getBeanType().getName().startsWith(DOCS)
        ? Optional.of(Scope.READ)
        : Optional.empty();
  }
}
