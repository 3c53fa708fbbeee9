package org.espalier.service.ranking;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.swagger.v3.oas.annotations.media.ArraySchema;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import org.espalier.service.wire.ProblemCode;
import org.espalier.service.wire.ProblemException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.annotation.JsonDeserialize;

/**
 * Which of a user's own events keep their items out of a ranking; in short, a list of types.
 *
 * @param types event types
 * @param within only events that are no older, as {@code P30D} or {@code PT12H}; null for any age
 */
@JsonDeserialize(using = ExcludeSeen.Reader.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(description = "Types of the user's newest events whose items must not be among the results")
record ExcludeSeen(
    @ArraySchema(
            arraySchema = @Schema(requiredMode = Schema.RequiredMode.REQUIRED),
            schema = @Schema(example = "click"))
        List<String> types,
    @Schema(description = "only events that are no older", example = "P30D", nullable = true)
        @Nullable String within) {

  private static final Duration WITHIN_MAX = Duration.ofDays(36_500);

  static ExcludeSeen of(List<String> types) {
    return new ExcludeSeen(types, null);
  }

  /** How far back events count, in milliseconds; empty for any age. */
  OptionalLong withinMs() {
    if (within == null) {
      return OptionalLong.empty();
    }
    try {
      Duration age = Duration.parse(within);
      if (age.isPositive() && age.compareTo(WITHIN_MAX) <= 0) {
        return OptionalLong.of(age.toMillis());
      }
    } catch (DateTimeException _) {
      // said below
    }
    throw new ProblemException(
        ProblemCode.INVALID_VALUE,
        "exclude_seen.within must be a time of days, hours, minutes and seconds, as P30D or PT12H");
  }

  /** Takes the short form, too. */
  static final class Reader extends ValueDeserializer<ExcludeSeen> {

    /** The long form as Jackson reads it by itself. */
    private record Whole(@Nullable List<String> types, @Nullable String within) {}

    @Override
    public ExcludeSeen deserialize(JsonParser parser, DeserializationContext context) {
      if (parser.currentToken() == JsonToken.START_ARRAY) {
        return of(List.of(context.readValue(parser, String[].class)));
      }
      Whole whole = context.readValue(parser, Whole.class);
      if (whole.types() == null) {
        throw new ProblemException(
            ProblemCode.MISSING_FIELD, "exclude_seen.types is missing: which events?");
      }
      return new ExcludeSeen(whole.types(), whole.within());
    }
  }
}
