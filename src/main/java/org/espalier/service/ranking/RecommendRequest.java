package org.espalier.service.ranking;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.media.Schema.RequiredMode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What to retrieve for a user.
 *
 * @param limit results; 10 when left out
 * @param offset results to skip; 0 when left out
 * @param excludeItems ids of items that must not be among them
 * @param explain whether to say why the first items were ranked; false when left out
 * @param excludeSeen types of the user's events whose items must not be among them
 */
@Schema(description = "What to retrieve for a user")
record RecommendRequest(
    @Schema(requiredMode = RequiredMode.REQUIRED, example = "u1")
        @JsonProperty(value = "user_id", required = true)
        @JsonSetter(nulls = Nulls.FAIL)
        String userId,
    @Schema(description = "10 when left out", example = "10") @Nullable Integer limit,
    @Schema(description = "0 when left out", example = "0") @Nullable Integer offset,
    @Schema(description = "items that must not be among the results", example = "[\"i7\"]")
        @JsonProperty("exclude_items")
        @Nullable List<String> excludeItems,
    @Schema(
            description =
                "types of the user's newest events whose items must not be among the results",
            example = "[\"click\"]")
        @JsonProperty("exclude_seen")
        @Nullable List<String> excludeSeen,
    @Schema(description = "whether to say why the first items were ranked", defaultValue = "false")
        @Nullable Boolean explain) {

  private static final int LIMIT_DEFAULT = 10;

  boolean wantsExplanation() {
    return explain != null && explain;
  }

  int limitOrDefault() {
    return limit == null ? LIMIT_DEFAULT : limit;
  }

  int offsetOrDefault() {
    return offset == null ? 0 : offset;
  }

  List<String> excludedItems() {
    return excludeItems == null ? List.of() : excludeItems;
  }

  List<String> excludedTypes() {
    return excludeSeen == null ? List.of() : excludeSeen;
  }
}
