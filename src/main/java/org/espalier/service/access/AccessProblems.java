package org.espalier.service.access;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Set;
import org.espalier.service.wire.Problem;
import org.espalier.service.wire.ProblemCode;
import org.espalier.service.wire.TraceId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.web.AuthenticationEntryPoint;
import org.springframework.security.web.access.AccessDeniedHandler;
import org.springframework.security.web.authentication.AuthenticationFailureHandler;

/**
 * Answers for keys that are missing or not good enough. Wrong keys are counted by address, so that trying keys gets
 * nowhere; whoever has a right one is served from any address, because others may share it.
 */
final class AccessProblems
    implements AuthenticationEntryPoint, AuthenticationFailureHandler, AccessDeniedHandler {

  private static final Logger log = LoggerFactory.getLogger(AccessProblems.class);

  /** The counter of refusals, by code. */
  static final String REFUSED = "espalier.access.refused";

  private static final Set<ProblemCode> REFUSALS =
      EnumSet.of(
          ProblemCode.KEY_MISSING,
          ProblemCode.KEY_INVALID,
          ProblemCode.KEY_EXPIRED,
          ProblemCode.KEY_REVOKED,
          ProblemCode.SCOPE_MISSING,
          ProblemCode.LOCAL_ONLY,
          ProblemCode.RATE_LIMITED);
  private static final int ADDRESSES_MAX = 10_000;
  private static final String CHALLENGE = "Bearer realm=\"espalier\"";
  private static final int IPV6_NETWORK_BYTES = 8;

  private final int failuresPerMinute;
  private final Cache<String, Rate> failures =
      Caffeine.newBuilder()
          .maximumSize(ADDRESSES_MAX)
          .expireAfterAccess(Duration.ofMinutes(10))
          .build();
  private final MeterRegistry meters;

  AccessProblems(AccessProperties properties, MeterRegistry meters) {
    this.failuresPerMinute = properties.failuresPerMinute();
    this.meters = meters;
    for (ProblemCode code : REFUSALS) { // from 0 on, so that an alert sees the first one
      Counter _ = meters.counter(REFUSED, "code", code.code());
    }
  }

  /** There is no key. */
  @Override
  public void commence(
      HttpServletRequest request, HttpServletResponse response, AuthenticationException e)
      throws IOException {
    response.setHeader(HttpHeaders.WWW_AUTHENTICATE, CHALLENGE);
    refuse(
        ProblemCode.KEY_MISSING,
        "send an API key as Authorization: Bearer, or as X-API-Key",
        request,
        response);
  }

  /** There is one, and it is not good. */
  @Override
  public void onAuthenticationFailure(
      HttpServletRequest request, HttpServletResponse response, AuthenticationException e)
      throws IOException {
    if (!(e instanceof RefusedException refused)) {
      commence(request, response, e);
      return;
    }
    if (refused.code().status() == HttpServletResponse.SC_UNAUTHORIZED) {
      Rate rate =
          failures.get(
              network(request.getRemoteAddr()),
              _ -> new Rate(failuresPerMinute, failuresPerMinute, Duration.ofMinutes(1)));
      if (!rate.take()) {
        tooMany(rate, "too many wrong keys came from this address", request, response);
        return;
      }
      log.warn("A request from {} was refused: {}", request.getRemoteAddr(), refused.code().code());
      response.setHeader(HttpHeaders.WWW_AUTHENTICATE, CHALLENGE + ", error=\"invalid_token\"");
    }
    refuse(refused.code(), refused.detail(), request, response);
  }

  /** There is a good one that does not allow this. */
  @Override
  public void handle(
      HttpServletRequest request, HttpServletResponse response, AccessDeniedException e)
      throws IOException {
    response.setHeader(HttpHeaders.WWW_AUTHENTICATE, CHALLENGE + ", error=\"insufficient_scope\"");
    refuse(
        ProblemCode.SCOPE_MISSING,
        "this key lacks the scope that the route needs",
        request,
        response);
  }

  /** There is a good one that was used too often. */
  void tooMany(Rate rate, String why, HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    long seconds = rate.secondsToNext();
    response.setHeader(HttpHeaders.RETRY_AFTER, Long.toString(seconds));
    refuse(ProblemCode.RATE_LIMITED, "%s; wait %d s".formatted(why, seconds), request, response);
  }

  private void refuse(
      ProblemCode code, String detail, HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    meters.counter(REFUSED, "code", code.code()).increment();
    Problem.of(code, detail, TraceId.of(request)).write(request, response);
  }

  /** An IPv6 caller has 2^64 addresses of its own, which count as one. */
  private static String network(String address) {
    try {
      return InetAddress.ofLiteral(address) instanceof Inet6Address known
          ? HexFormat.of().formatHex(Arrays.copyOf(known.getAddress(), IPV6_NETWORK_BYTES))
          : address;
    } catch (IllegalArgumentException e) { // with the name of an interface that is gone
      return address;
    }
  }
}
