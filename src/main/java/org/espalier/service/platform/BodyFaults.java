package org.espalier.service.platform;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.IOException;
import java.lang.reflect.Field;
import java.net.SocketTimeoutException;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.espalier.service.wire.JsonFaults;
import org.espalier.service.wire.ProblemCode;
import org.espalier.service.wire.ProblemException;
import org.jspecify.annotations.Nullable;
import org.springframework.http.converter.HttpMessageNotReadableException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.exc.InputCoercionException;
import tools.jackson.core.exc.JacksonIOException;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;

/** Says what is wrong with a request's body in the caller's words: field names, never class names. */
final class BodyFaults {

  private BodyFaults() {}

  static ProblemException problem(HttpMessageNotReadableException e) {
    for (Throwable at = e; at != null; at = at.getCause()) {
      switch (at) {
        case ProblemException known -> {
          return known;
        }
        case JacksonIOException io -> {
          return problem(io);
        }
        case StreamConstraintsException broken -> {
          return JsonFaults.problem(broken);
        }
        case UnrecognizedPropertyException unknown -> {
          return unknownField(unknown);
        }
        case MismatchedInputException mismatch -> {
          return mismatch(mismatch);
        }
        case InputCoercionException _ -> {
          return new ProblemException(ProblemCode.INVALID_TYPE, "a number is out of its range");
        }
        case StreamReadException broken -> {
          return JsonFaults.problem(broken);
        }
        case IOException io -> {
          return problem(io);
        }
        default -> {}
      }
    }
    return new ProblemException(ProblemCode.EMPTY_BODY, "the body is empty; send JSON");
  }

  /** What went wrong while the body arrived. */
  static ProblemException problem(JacksonIOException e) {
    return problem(e.getCause());
  }

  static ProblemException problem(@Nullable IOException e) {
    return switch (e) {
      case BodyTooLargeException tooLarge ->
          new ProblemException(ProblemCode.BODY_TOO_LARGE, String.valueOf(tooLarge.getMessage()));
      case SocketTimeoutException _ ->
          new ProblemException(ProblemCode.REQUEST_TIMEOUT, "the body did not arrive in time");
      case null, default ->
          new ProblemException(ProblemCode.BAD_REQUEST, "the body did not arrive whole");
    };
  }

  private static ProblemException unknownField(UnrecognizedPropertyException e) {
    Collection<Object> known = e.getKnownPropertyIds();
    List<String> names =
        known == null ? List.of() : known.stream().map(String::valueOf).sorted().toList();
    String name = e.getPropertyName();
    String shown = name.length() > 64 ? name.substring(0, 64) + "…" : name;
    String detail =
        "\"%s\" is not known here; known are %s".formatted(shown, String.join(", ", names));
    return new ProblemException(ProblemCode.UNKNOWN_FIELD, detail);
  }

  private static ProblemException mismatch(MismatchedInputException e) {
    String field = path(e);
    if (String.valueOf(e.getOriginalMessage()).startsWith("Missing required creator property")) {
      return new ProblemException(ProblemCode.MISSING_FIELD, field + " is missing");
    }
    String detail = "%s must be %s".formatted(field, wanted(e.getTargetType()));
    return new ProblemException(ProblemCode.INVALID_TYPE, detail);
  }

  private static String path(JacksonException e) {
    StringBuilder path = new StringBuilder();
    for (JacksonException.Reference step : e.getPath()) {
      if (step.getPropertyName() == null) {
        path.append('[').append(step.getIndex()).append(']');
      } else {
        path.append(path.isEmpty() ? "" : ".").append(step.getPropertyName());
      }
    }
    return path.isEmpty() ? "the body" : path.toString();
  }

  /** As callers write them. */
  private static List<String> names(Class<?> type) {
    return Arrays.stream(type.getFields())
        .filter(Field::isEnumConstant)
        .map(constant -> {
          JsonProperty named = constant.getAnnotation(JsonProperty.class);
          return named == null ? constant.getName() : named.value();
        })
        .toList();
  }

  private static String wanted(@Nullable Class<?> type) {
    if (type == null) {
      return "of another type";
    }
    if (type == String.class) {
      return "a string";
    }
    if (type == int.class || type == Integer.class || type == long.class || type == Long.class) {
      return "a whole number in its range";
    }
    if ((type.isPrimitive() && type != boolean.class) || Number.class.isAssignableFrom(type)) {
      return "a number";
    }
    if (type == boolean.class || type == Boolean.class) {
      return "true or false";
    }
    if (type.isEnum()) {
      return "one of " + String.join(", ", names(type));
    }
    if (Collection.class.isAssignableFrom(type)) {
      return "an array";
    }
    return Map.class.isAssignableFrom(type) || type.isRecord() ? "an object" : "of another type";
  }
}
