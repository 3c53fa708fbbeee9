package org.espalier.service.wire;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.JacksonIOException;
import tools.jackson.core.exc.StreamConstraintsException;

/** Says what is wrong with text that is not JSON, and where. */
public final class JsonFaults {

  private JsonFaults() {}

  /**
   * Refuses a body as a whole; passes on what went wrong below JSON, in the connection.
   *
   * @throws JacksonIOException the argument, when it is one
   */
  public static ProblemException problem(JacksonException e) {
    return rejection(e).asProblem();
  }

  /**
   * Refuses one element; passes on what went wrong below JSON, in the connection.
   *
   * @throws JacksonIOException the argument, when it is one
   */
  public static Rejection rejection(JacksonException e) {
    if (e instanceof JacksonIOException io) {
      throw io;
    }
    String message = String.valueOf(e.getOriginalMessage());
    ProblemCode code;
    if (e instanceof StreamConstraintsException) {
      code = ProblemCode.TOO_DEEP;
    } else if (message.contains("UTF-8")) { // Jackson has no type of its own for it
      code = ProblemCode.INVALID_UTF8;
    } else {
      code = ProblemCode.BROKEN_JSON;
    }
    return new Rejection(code, firstSentence(message) + place(e.getLocation()));
  }

  private static String place(@Nullable TokenStreamLocation at) {
    return at == null || at.getLineNr() < 1
        ? ""
        : " at line %d, column %d".formatted(at.getLineNr(), at.getColumnNr());
  }

  /** Jackson's messages go on with hints about its own settings, which no caller can use. */
  private static String firstSentence(String message) {
    int end = message.indexOf('\n');
    String line = end < 0 ? message : message.substring(0, end);
    int hint = line.indexOf(": expected");
    return hint < 0 ? line : line.substring(0, hint);
  }
}
