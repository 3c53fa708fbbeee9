package org.espalier.service.ranking.filter;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.swagger.v3.oas.annotations.media.ArraySchema;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which items may appear: either a condition on one field, or conditions put together. An empty one lets all pass.
 *
 * @param all these must hold; true for an empty list
 * @param any at least one of these must hold; false for an empty list
 * @param none none of these may hold; true for an empty list
 * @param field a name that records give to one of their values, or {@code categories}; with exactly one of the following
 * @param in the field has one of these values: strings, numbers, booleans
 * @param eq the field has this value
 * @param range the field has a number in this range
 * @param exists whether the record has the field
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(
    description =
        "Which items may appear: all, any and none put filters together; field goes with exactly one of in, eq, range and"
            + " exists")
public record Filter(
    @Schema(description = "these must hold") @Nullable List<Filter> all,
    @Schema(description = "at least one of these must hold") @Nullable List<Filter> any,
    @Schema(description = "none of these may hold") @Nullable List<Filter> none,
    @Schema(
            description = "a name among the items' fields, or categories",
            example = "genre",
            nullable = true)
        @Nullable String field,
    @ArraySchema(
            arraySchema =
                @Schema(
                    description = "the field has one of these values",
                    example = "[\"sf\",\"fantasy\"]"),
            schema = @Schema(ref = "#/components/schemas/FilterValue"))
        @Nullable List<Object> in,
    @Schema(ref = "#/components/schemas/FilterValue", description = "the field has this value")
        @Nullable Object eq,
    @Schema(description = "the field has a number in this range") @Nullable Range range,
    @Schema(description = "whether the record has the field", nullable = true)
        @Nullable Boolean exists) {

  /** Bounds of a number; at least one is given. */
  @Schema(name = "FilterRange", description = "At least one bound")
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Range(
      @Schema(
              description = "above",
              minimum = "-1000000000000000000",
              maximum = "1000000000000000000")
          @Nullable Double gt,
      @Schema(
              description = "at least",
              example = "1990",
              minimum = "-1000000000000000000",
              maximum = "1000000000000000000")
          @Nullable Double gte,
      @Schema(
              description = "below",
              example = "2000",
              minimum = "-1000000000000000000",
              maximum = "1000000000000000000")
          @Nullable Double lt,
      @Schema(
              description = "at most",
              minimum = "-1000000000000000000",
              maximum = "1000000000000000000")
          @Nullable Double lte) {}
}
