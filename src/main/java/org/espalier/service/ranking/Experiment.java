package org.espalier.service.ranking;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.media.Schema.RequiredMode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Users split among generations.
 *
 * @param variants in order; users beyond the sum of their shares take no part
 * @param salt another one splits the users otherwise; the experiment's id when left out
 */
@Schema(description = "Users split among generations by a hash of their ids")
record Experiment(
    @Schema(requiredMode = RequiredMode.REQUIRED)
        @JsonProperty(required = true)
        @JsonSetter(nulls = Nulls.FAIL)
        List<Variant> variants,
    @Schema(
            description =
                "another one splits the users otherwise; the experiment's id when left out",
            nullable = true)
        @Nullable String salt) {

  /**
   * One part of the users.
   *
   * @param generation what answers them; null for whatever is active
   * @param share of all users, above 0 up to 1
   */
  @Schema(name = "ExperimentVariant")
  record Variant(
      @Schema(requiredMode = RequiredMode.REQUIRED, example = "A")
          @JsonProperty(required = true)
          @JsonSetter(nulls = Nulls.FAIL)
          String name,
      @Schema(
              description = "the active one when left out",
              minimum = "1",
              maximum = "999999999",
              example = "3",
              nullable = true)
          @Nullable Integer generation,
      @Schema(
              requiredMode = RequiredMode.REQUIRED,
              example = "0.5",
              minimum = "0",
              exclusiveMinimum = true,
              maximum = "1")
          @JsonProperty(required = true)
          double share) {}
}
