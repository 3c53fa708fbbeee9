package org.espalier.service.ranking;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.media.Schema.RequiredMode;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Candidates to be put in order for a user.
 *
 * @param context what is known of the moment; models that use none leave it aside
 * @param explain whether to say why the first items were ranked; false when left out
 */
@Schema(description = "Candidates to be put in order for a user")
record RankRequest(
    @Schema(requiredMode = RequiredMode.REQUIRED, example = "u1")
        @JsonProperty(value = "user_id", required = true)
        @JsonSetter(nulls = Nulls.FAIL)
        String userId,
    @Schema(requiredMode = RequiredMode.REQUIRED)
        @JsonProperty(required = true)
        @JsonSetter(nulls = Nulls.FAIL)
        List<Candidate> items,
    @Schema(description = "what is known of the moment; models that use none leave it aside")
        @Nullable Map<String, Object> context,
    @Schema(description = "whether to say why the first items were ranked", defaultValue = "false")
        @Nullable Boolean explain) {

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
