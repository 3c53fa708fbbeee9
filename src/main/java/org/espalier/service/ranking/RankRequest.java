package org.espalier.service.ranking;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.media.Schema.RequiredMode;
import java.util.List;
import java.util.Map;
import org.espalier.service.ranking.filter.Filter;
import org.jspecify.annotations.Nullable;

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
  record Candidate(
      @Schema(requiredMode = RequiredMode.REQUIRED, example = "i1")
          @JsonProperty(required = true)
          @JsonSetter(nulls = Nulls.FAIL)
          String id) {}
}
