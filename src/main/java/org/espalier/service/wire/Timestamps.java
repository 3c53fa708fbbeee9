package org.espalier.service.wire;

import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** Times come in as RFC 3339 or as whole milliseconds since 1970, and go out as RFC 3339 in UTC. */
public final class Timestamps {

  private static final String HOW =
      " must be RFC 3339 (2026-01-31T12:00:00Z) or whole milliseconds since 1970";

  private final Clock clock;
  private final Duration futureMax;

  /**
   * @param futureMax how far ahead of {@code clock} a time may lie
   */
  public Timestamps(Clock clock, Duration futureMax) {
    this.clock = clock;
    this.futureMax = futureMax;
  }

  /** Milliseconds since 1970, now. */
  public long nowMs() {
    return clock.millis();
  }

  /** The value at the parser's current token, in milliseconds since 1970. */
  public long read(String what, JsonParser parser) throws Rejection {
    JsonToken token = parser.currentToken();
    long timeMs;
    if (token == JsonToken.VALUE_STRING) {
      timeMs = parse(what, parser.getString());
    } else if (token == JsonToken.VALUE_NUMBER_INT) {
      timeMs = whole(what, parser);
    } else {
      throw new Rejection(ProblemCode.INVALID_TIMESTAMP, what + HOW);
    }
    if (timeMs < 0) {
      throw new Rejection(ProblemCode.INVALID_TIMESTAMP, what + " lies before 1970");
    }
    if (timeMs > clock.millis() + futureMax.toMillis()) {
      throw new Rejection(
          ProblemCode.INVALID_TIMESTAMP,
          "%s lies more than %d hours in the future; numbers count milliseconds"
              .formatted(what, futureMax.toHours()));
    }
    return timeMs;
  }

  /** RFC 3339 in UTC. */
  public static String format(long timeMs) {
    return Instant.ofEpochMilli(timeMs).toString();
  }

  private static long parse(String what, String text) throws Rejection {
    try {
      return DateTimeFormatter.ISO_OFFSET_DATE_TIME.parse(text, Instant::from).toEpochMilli();
    } catch (DateTimeException | ArithmeticException e) {
      throw new Rejection(ProblemCode.INVALID_TIMESTAMP, what + HOW);
    }
  }

  private static long whole(String what, JsonParser parser) throws Rejection {
    try {
      return parser.getLongValue();
    } catch (JacksonException e) { // beyond 64 bits
      throw new Rejection(ProblemCode.INVALID_TIMESTAMP, what + HOW);
    }
  }
}
