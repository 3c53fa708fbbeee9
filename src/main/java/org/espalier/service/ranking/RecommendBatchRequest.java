package org.espalier.service.ranking;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.media.Schema.RequiredMode;
import java.util.List;
import org.espalier.service.ranking.filter.Filter;
import org.jspecify.annotations.Nullable;

/**
 * What to retrieve for each of several users.
 *
 * @param limit results for each; 10 when left out
 */
@Schema(description = "What to retrieve for each of several users")
record RecommendBatchRequest(
    @Schema(requiredMode = RequiredMode.REQUIRED, example = "[\"u1\",\"u2\"]")
        @JsonProperty(value = "user_ids", required = true)
        @JsonSetter(nulls = Nulls.FAIL)
        List<String> userIds,
    @Schema(
            description = "for each; 10 when left out",
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
        @Nullable String popularBy)
    implements Wishes {}
