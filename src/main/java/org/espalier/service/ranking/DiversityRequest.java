package org.espalier.service.ranking;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.swagger.v3.oas.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * How unlike each other the results shall be.
 *
 * @param field the items' field that {@code maxPerValue} counts
 * @param maxPerValue most results that share a value of the field
 * @param lambda weight of the score against being unlike what stands above, 0 to 1; 1 is the plain ranking
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(name = "Diversity", description = "How unlike each other the results shall be")
record DiversityRequest(
    @Schema(
            description = "the items' field that max_per_value counts",
            example = "genre",
            nullable = true)
        @Nullable String field,
    @Schema(
            description = "most results that share a value of the field",
            example = "3",
            minimum = "1",
            maximum = "1000000",
            nullable = true)
        @JsonProperty("max_per_value")
        @Nullable Integer maxPerValue,
    @Schema(
            description =
                "weight of the score against being unlike what stands above, 0 to 1 (maximal marginal relevance);"
                    + " 1 is the plain ranking",
            example = "0.7",
            minimum = "0",
            maximum = "1",
            nullable = true)
        @Nullable Double lambda) {}
