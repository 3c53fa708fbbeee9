package org.espalier.service.wire;

import jakarta.servlet.ServletRequest;
import jakarta.servlet.http.HttpServletRequest;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The id under which one request is found in logs, answers and the caller's own traces: 32 hexadecimal digits, taken
 * from a valid W3C {@code traceparent} header or made here.
 */
public final class TraceId {

  /** The response header that carries it. */
  public static final String HEADER = "Trace-Id";

  private static final String ATTRIBUTE = TraceId.class.getName();
  private static final Pattern TRACEPARENT =
      Pattern.compile(
          "(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?");

  private TraceId() {}

  /** The request's id; the same on every call. */
  public static String of(HttpServletRequest request) {
    if (request.getAttribute(ATTRIBUTE) instanceof String known) {
      return known;
    }
    return remember(request, parse(request.getHeader("traceparent")));
  }

  private static String remember(ServletRequest request, @Nullable String given) {
    String id = given == null ? random() : given;
    request.setAttribute(ATTRIBUTE, id);
    return id;
  }

  private static @Nullable String parse(@Nullable String traceparent) {
    if (traceparent == null) {
      return null;
    }
    Matcher matcher = TRACEPARENT.matcher(traceparent);
    return matcher.matches() ? matcher.group(1) : null;
  }

  /** A new one, for what no request asked for. */
  public static String random() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    // The low bit keeps the id from being all zeros, which W3C forbids.
    return "%016x%016x".formatted(random.nextLong(), random.nextLong() | 1);
  }
}
