package org.espalier.service.wire;

import java.io.ByteArrayOutputStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** Reads typed values at a parser's current token; a wrong type rejects the element and names the field. */
public final class JsonValues {

  private static final JsonFactory PLAIN = new JsonFactory();

  private JsonValues() {}

  public static String string(String what, JsonParser parser) throws Rejection {
    if (parser.currentToken() != JsonToken.VALUE_STRING) {
      throw wrongType(what, "a string");
    }
    return parser.getString();
  }

  /** Text that UTF-8 can hold: JSON's escapes may spell half a surrogate pair, which it cannot. */
  public static String unicode(String what, JsonParser parser) throws Rejection {
    String text = string(what, parser);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isSurrogate(c)) {
        if (i + 1 == text.length() || !Character.isSurrogatePair(c, text.charAt(i + 1))) {
          throw new Rejection(
              ProblemCode.INVALID_UTF8,
              "%s has the unpaired surrogate U+%04X".formatted(what, (int) c));
        }
        i++;
      }
    }
    return text;
  }

  /** A well-formed id. */
  public static String id(String what, JsonParser parser) throws Rejection {
    String id = string(what, parser);
    Ids.check(what, id);
    return id;
  }

  public static boolean bool(String what, JsonParser parser) throws Rejection {
    return switch (parser.currentToken()) {
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      default -> throw wrongType(what, "true or false");
    };
  }

  /** A finite number that a 32-bit float can hold. */
  public static float finiteFloat(String what, JsonParser parser) throws Rejection {
    double value = finiteDouble(what, parser);
    if (Math.abs(value) > Float.MAX_VALUE) {
      throw new Rejection(ProblemCode.INVALID_VALUE, what + " is beyond 3.4e38");
    }
    return (float) value;
  }

  public static double finiteDouble(String what, JsonParser parser) throws Rejection {
    if (!parser.currentToken().isNumeric()) {
      throw wrongType(what, "a number");
    }
    double value = parser.getDoubleValue();
    if (!Double.isFinite(value)) {
      throw new Rejection(
          ProblemCode.INVALID_VALUE, what + " is not finite; send a finite number or leave it out");
    }
    return value;
  }

  /** The object at the current token as compact JSON; the parser is left at its end. */
  public static byte[] object(String what, JsonParser parser, long bytesMax) throws Rejection {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      throw wrongType(what, "an object");
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(128);
    int depth = parser.streamReadContext().getNestingDepth();
    try (JsonGenerator copy = PLAIN.createGenerator(ObjectWriteContext.empty(), bytes)) {
      do {
        if (parser.currentToken() == JsonToken.VALUE_NUMBER_FLOAT && parser.isNaN()) {
          throw new Rejection(
              ProblemCode.INVALID_VALUE, what + " holds a number that is not finite");
        }
        if (parser.currentToken() == JsonToken.VALUE_STRING) {
          unicode(what, parser);
        }
        copy.copyCurrentEventExact(parser);
        if (parser.currentToken() == JsonToken.END_OBJECT
            && parser.streamReadContext().getNestingDepth() < depth) {
          break;
        }
      } while (parser.nextToken() != null);
    }
    if (bytes.size() > bytesMax) {
      throw new Rejection(
          ProblemCode.CONTEXT_TOO_LARGE,
          "%s has %d bytes as compact JSON; at most %d are kept"
              .formatted(what, bytes.size(), bytesMax));
    }
    return bytes.toByteArray();
  }

  /** The value of a field that must not stand twice. */
  public static <T> T once(String what, @Nullable T before, T value) throws Rejection {
    if (before != null) {
      throw new Rejection(ProblemCode.DUPLICATE_FIELD, what + " stands twice");
    }
    return value;
  }

  /** The value of a field that must be there. */
  public static <T> T required(String what, @Nullable T value) throws Rejection {
    if (value == null) {
      throw new Rejection(ProblemCode.MISSING_FIELD, what + " is missing");
    }
    return value;
  }

  public static Rejection wrongType(String what, String wanted) {
    return new Rejection(ProblemCode.INVALID_TYPE, what + " must be " + wanted);
  }

  /** Refuses a field that nobody knows, so that a misspelled one is not lost in silence. */
  public static Rejection unknownField(String name, String known) {
    String shown = name.length() > 64 ? name.substring(0, 64) + "…" : name;
    return new Rejection(
        ProblemCode.UNKNOWN_FIELD,
        "\"%s\" is not known here; known are %s".formatted(shown, known));
  }
}
