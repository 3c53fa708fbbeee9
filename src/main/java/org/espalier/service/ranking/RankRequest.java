package org.espalier.service.ranking;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.media.Schema.RequiredMode;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.espalier.service.ranking.filter.Filter;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.annotation.JsonDeserialize;

/**
 * Candidates to be put in order for a user, or for whoever has chosen some items.
 *
 * @param history items that stand for a user without an id
 * @param limit results; all when left out
 * @param context what is known of the moment; models that use none leave it aside
 * @param explain whether to say why the first items were ranked; false when left out
 */
@Schema(description = "Candidates to be put in order, for a user_id or for whoever has a history")
record RankRequest(
    @Schema(example = "u1") @JsonProperty("user_id") @Nullable String userId,
    @Schema(description = "items that stand for a user without an id, in place of user_id")
        @Nullable List<String> history,
    @Schema(requiredMode = RequiredMode.REQUIRED)
        @JsonProperty(required = true)
        @JsonSetter(nulls = Nulls.FAIL)
        List<Candidate> items,
    @Schema(
            description = "all when left out; 1 to espalier.ranking.limit-max",
            example = "10",
            minimum = "1",
            maximum = "100000")
        @Nullable Integer limit,
    @Nullable Filter filter,
    @Schema(description = "items that must not be among the results", example = "[\"i7\"]")
        @JsonProperty("exclude_items")
        @Nullable List<String> excludeItems,
    @JsonProperty("exclude_seen") @Nullable ExcludeSeen excludeSeen,
    @Nullable DiversityRequest diversity,
    @Schema(
            description = "the users' field by which popularity is told when it must answer",
            example = "country",
            nullable = true)
        @JsonProperty("popular_by")
        @Nullable String popularBy,
    @Schema(
            ref = "#/components/schemas/JsonObject",
            description = "what is known of the moment; models that use none leave it aside")
        @Nullable Map<String, Object> context,
    @Schema(description = "whether to say why the first items were ranked", defaultValue = "false")
        @Nullable Boolean explain)
    implements Wishes {

  /** A request that says nothing but these two. */
  static RankRequest of(String userId, List<Candidate> items) {
    return new RankRequest(userId, null, items, null, null, null, null, null, null, null, null);
  }

  boolean wantsExplanation() {
    return explain != null && explain;
  }

  /** One candidate. */
  @JsonDeserialize(using = Candidate.Reader.class)
  record Candidate(@Schema(requiredMode = RequiredMode.REQUIRED, example = "i1") String id) {

    /**
     * Reads one with the faults that Jackson finds by itself, and without its call of the record's constructor: that
     * makes a method handle for each, half of all that a request of 1,000 candidates allocated.
     */
    static final class Reader extends ValueDeserializer<Candidate> {

      private static final String ID = "id";

      @Override
      public Candidate deserialize(JsonParser parser, DeserializationContext context) {
        if (!parser.isExpectedStartObjectToken()) {
          return (Candidate) context.handleUnexpectedToken(Candidate.class, parser);
        }
        String id = null;
        for (String name = parser.nextName(); name != null; name = parser.nextName()) {
          parser.nextToken();
          if (name.equals(ID)) {
            id = id(parser, context);
          } else {
            context.handleUnknownProperty(parser, this, Candidate.class, name);
          }
        }
        return id == null ? missing(context) : new Candidate(id);
      }

      private static String id(JsonParser parser, DeserializationContext context) {
        if (parser.hasToken(JsonToken.VALUE_STRING)) {
          return parser.getString();
        }
        try {
          return (String) context.handleUnexpectedToken(String.class, parser);
        } catch (JacksonException e) {
          throw e.prependPath(Candidate.class, ID);
        }
      }

      private static Candidate missing(DeserializationContext context) {
        return context.reportPropertyInputMismatch(
            Candidate.class, ID, "Missing required creator property '%s'", ID);
      }

      @Override
      public Collection<Object> getKnownPropertyNames() {
        return List.of(ID);
      }
    }
  }
}
