package org.espalier.service.decode;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Predicate;
import org.espalier.service.wire.JsonValues;
import org.espalier.service.wire.Limits;
import org.espalier.service.wire.ProblemCode;
import org.espalier.service.wire.Rejection;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Copies a record's {@code fields} as compact JSON and checks them on the way: names to strings, numbers, booleans or
 * arrays of strings. Fields of {@code null} are left out.
 */
final class FieldsCopier {

  /** As a patch: no field stays. */
  static final String REMOVE_ALL = "null";

  private static final JsonFactory JSON = new JsonFactory();

  private final Limits limits;

  FieldsCopier(Limits limits) {
    this.limits = limits;
  }

  /**
   * Copies the object at the current token; the parser is left at its end.
   *
   * @param withNulls whether fields of {@code null} are kept, for {@link #merge}
   */
  String copy(JsonParser parser, boolean withNulls) throws Rejection {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      throw JsonValues.wrongType("fields", "an object");
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    try (JsonGenerator copy = JSON.createGenerator(ObjectWriteContext.empty(), bytes)) {
      copy.writeStartObject();
      Set<String> names = new HashSet<>();
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String name = name(parser.currentName(), names);
        if (parser.nextToken() != JsonToken.VALUE_NULL) {
          copy.writeName(name);
          value(name, parser, copy);
        } else if (withNulls) {
          copy.writeName(name);
          copy.writeNull();
        }
      }
      copy.writeEndObject();
    }
    return bytes.toString(UTF_8);
  }

  /**
   * Lays one object of fields over another: a field of {@code null} removes. Numbers keep the digits that they came with.
   *
   * @param patch {@link #REMOVE_ALL}, or what {@link #copy} made with nulls
   */
  String merge(String base, String patch) throws Rejection {
    if (patch.equals(REMOVE_ALL)) {
      return "{}";
    }
    Set<String> changed = new HashSet<>();
    try (JsonParser over = JSON.createParser(ObjectReadContext.empty(), patch)) {
      over.nextToken();
      while (over.nextToken() != JsonToken.END_OBJECT) {
        changed.add(over.currentName());
        over.nextToken();
        over.skipChildren();
      }
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    int count = 0;
    try (JsonGenerator merged = JSON.createGenerator(ObjectWriteContext.empty(), bytes);
        JsonParser under = JSON.createParser(ObjectReadContext.empty(), base);
        JsonParser over = JSON.createParser(ObjectReadContext.empty(), patch)) {
      merged.writeStartObject();
      count += copyFields(under, merged, name -> !changed.contains(name));
      count += copyFields(over, merged, _ -> true);
      merged.writeEndObject();
    }
    if (count > limits.fields()) {
      throw new Rejection(
          ProblemCode.TOO_MANY_FIELDS,
          "the record would have %d fields; it has at most %d".formatted(count, limits.fields()));
    }
    return bytes.toString(UTF_8);
  }

  /** Copies the wanted fields that are not null, and returns how many those are. */
  private static int copyFields(JsonParser from, JsonGenerator to, Predicate<String> wanted) {
    int count = 0;
    from.nextToken();
    while (from.nextToken() != JsonToken.END_OBJECT) {
      String name = from.currentName();
      if (from.nextToken() != JsonToken.VALUE_NULL && wanted.test(name)) {
        to.writeName(name);
        to.copyCurrentStructureExact(from);
        count++;
      } else {
        from.skipChildren();
      }
    }
    return count;
  }

  private String name(String name, Set<String> names) throws Rejection {
    if (name.isEmpty() || bytes(name) > limits.fieldNameSize().toBytes()) {
      throw new Rejection(
          ProblemCode.FIELD_TOO_LARGE,
          "a field's name must have 1 to %d bytes".formatted(limits.fieldNameSize().toBytes()));
    }
    if (!names.add(name)) {
      throw new Rejection(ProblemCode.DUPLICATE_FIELD, "field \"" + name + "\" stands twice");
    }
    if (names.size() > limits.fields()) {
      throw new Rejection(
          ProblemCode.TOO_MANY_FIELDS, "a record has at most %d fields".formatted(limits.fields()));
    }
    return name;
  }

  private void value(String name, JsonParser parser, JsonGenerator copy) throws Rejection {
    switch (parser.currentToken()) {
      case VALUE_TRUE, VALUE_FALSE -> copy.writeBoolean(parser.getBooleanValue());
      case VALUE_NUMBER_INT -> copy.copyCurrentEventExact(parser);
      case VALUE_NUMBER_FLOAT -> {
        JsonValues.finiteDouble(shown(name), parser);
        copy.copyCurrentEventExact(parser);
      }
      case VALUE_STRING -> text(name, parser, copy);
      case START_ARRAY -> texts(name, parser, copy);
      default -> throw wrongType(name);
    }
  }

  private void texts(String name, JsonParser parser, JsonGenerator copy) throws Rejection {
    copy.writeStartArray();
    int count = 0;
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      if (parser.currentToken() != JsonToken.VALUE_STRING) {
        throw wrongType(name);
      }
      if (++count > limits.fieldValues()) {
        throw new Rejection(
            ProblemCode.TOO_MANY_FIELDS,
            "%s has more than %d values".formatted(shown(name), limits.fieldValues()));
      }
      text(name, parser, copy);
    }
    copy.writeEndArray();
  }

  private void text(String name, JsonParser parser, JsonGenerator copy) throws Rejection {
    String text = JsonValues.unicode(shown(name), parser);
    if (bytes(text) > limits.fieldValueSize().toBytes()) {
      throw new Rejection(
          ProblemCode.FIELD_TOO_LARGE,
          "%s has a value over %d bytes".formatted(shown(name), limits.fieldValueSize().toBytes()));
    }
    copy.writeString(text);
  }

  private static Rejection wrongType(String name) {
    return JsonValues.wrongType(
        shown(name), "a string, a number, true or false, or an array of strings");
  }

  private static String shown(String name) {
    return "field \"" + name + "\"";
  }

  private static int bytes(String text) {
    return text.getBytes(UTF_8).length;
  }
}
