package org.espalier.service.ranking;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import org.espalier.service.ranking.filter.Filter;
import org.jspecify.annotations.Nullable;

/**
 * What to retrieve for a user, or for whoever has chosen some items.
 *
 * @param history items that stand for a user without an id
 * @param limit results; 10 when left out
 * @param offset results to skip; 0 when left out
 * @param explain whether to say why the first items were ranked; false when left out
 * @param cursor where an answer to the same request said that it goes on; in place of {@code offset}
 */
@Schema(description = "What to retrieve, for a user_id or for whoever has a history")
@JsonInclude(JsonInclude.Include.NON_NULL)
record RecommendRequest(
    @Schema(example = "u1") @JsonProperty("user_id") @Nullable String userId,
    @Schema(description = "items that stand for a user without an id, in place of user_id")
        @Nullable List<String> history,
    @Schema(
            description = "10 when left out; 1 to espalier.ranking.limit-max",
            example = "10",
            minimum = "1",
            maximum = "100000")
        @Nullable Integer limit,
    @Schema(
            description = "0 when left out; with limit at most espalier.ranking.depth-max",
            example = "0",
            minimum = "0",
            maximum = "1000000")
        @Nullable Integer offset,
    @Schema(
            description = "next_cursor of an answer to the same request, in place of offset",
            nullable = true)
        @Nullable String cursor,
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
    @Schema(description = "whether to say why the first items were ranked", defaultValue = "false")
        @Nullable Boolean explain)
    implements Wishes {

  /** A request that says nothing but these two. */
  static RecommendRequest of(String userId, @Nullable Integer limit) {
    return new RecommendRequest(
        userId, null, limit, null, null, null, null, null, null, null, null);
  }

  boolean wantsExplanation() {
    return explain != null && explain;
  }

  /** What decides which items are where: the request but for how it is paged and explained. */
  RecommendRequest unpaged() {
    return new RecommendRequest(
        userId,
        history,
        null,
        null,
        null,
        filter,
        excludeItems,
        excludeSeen,
        diversity,
        popularBy,
        null);
  }
}
