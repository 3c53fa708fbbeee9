package org.espalier.embeddings.exchange;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.json.JsonMapper;

/**
 * Lines of JSON that are all of one form: every component is there, none is null, and nothing else.
 *
 * @param example of a line, for messages
 */
record JsonLine<T>(Class<T> type, ObjectReader reader, String example) {

  private static final JsonMapper STRICT =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  static <T> JsonLine<T> of(Class<T> type, String example) {
    return new JsonLine<>(type, STRICT.readerFor(type), example);
  }

  /** Reads the text of the line that was read last. */
  T read(String text, Lines lines) {
    try {
      return type.cast(reader.readValue(text));
    } catch (JacksonException e) {
      throw lines.fault(
          "is not as %s: %s"
              .formatted(example, e.getOriginalMessage().lines().findFirst().orElse("unreadable")));
    }
  }
}
