package org.espalier.service.decode;

import org.espalier.embeddings.store.Dictionary;
import org.espalier.embeddings.store.Triple;
import org.espalier.service.wire.JsonValues;
import org.espalier.service.wire.ProblemCode;
import org.espalier.service.wire.Rejection;
import org.espalier.service.wire.Timestamps;
import org.springframework.stereotype.Component;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** Makes a triple of one JSON object; {@code null} is the same as leaving a field out. */
@Component
public final class TripleDecoder {

  private final Timestamps timestamps;

  public TripleDecoder(Timestamps timestamps) {
    this.timestamps = timestamps;
  }

  public Triple decode(JsonParser parser) throws Rejection {
    String head = null;
    String relation = null;
    String tail = null;
    Float weight = null;
    Long timeMs = null;
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      if (parser.nextToken() == JsonToken.VALUE_NULL) {
        continue;
      }
      switch (name) {
        case "head" -> head = JsonValues.once(name, head, JsonValues.id(name, parser));
        case "relation" -> relation = JsonValues.once(name, relation, relation(parser));
        case "tail" -> tail = JsonValues.once(name, tail, JsonValues.id(name, parser));
        case "weight" ->
            weight = JsonValues.once(name, weight, JsonValues.finiteFloat(name, parser));
        case "timestamp" -> timeMs = JsonValues.once(name, timeMs, timestamps.read(name, parser));
        default -> throw JsonValues.unknownField(name, "head, relation, tail, weight, timestamp");
      }
    }
    return new Triple(
        JsonValues.required("head", head),
        JsonValues.required("relation", relation),
        JsonValues.required("tail", tail),
        weight == null ? 1 : weight,
        timeMs == null ? timestamps.nowMs() : timeMs);
  }

  private static String relation(JsonParser parser) throws Rejection {
    String relation = JsonValues.id("relation", parser);
    if (relation.equals(Dictionary.INTERACTS)) {
      throw new Rejection(
          ProblemCode.INVALID_VALUE,
          "relation %s is made by events; give it another name".formatted(relation));
    }
    return relation;
  }
}
