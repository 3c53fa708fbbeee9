package org.espalier.service.ranking;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.media.Schema.RequiredMode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whose vectors to read.
 *
 * @param format how vectors are written; {@code float} when left out
 */
record LookupRequest(
    @Schema(requiredMode = RequiredMode.REQUIRED)
        @JsonProperty(required = true)
        @JsonSetter(nulls = Nulls.FAIL)
        List<Key> keys,
    @Schema(description = "float when left out") @Nullable Format format) {

  /** One vector's place. */
  @Schema(name = "EmbeddingKey")
  record Key(
      @Schema(requiredMode = RequiredMode.REQUIRED)
          @JsonProperty(required = true)
          @JsonSetter(nulls = Nulls.FAIL)
          Table table,
      @Schema(requiredMode = RequiredMode.REQUIRED, example = "i1")
          @JsonProperty(required = true)
          @JsonSetter(nulls = Nulls.FAIL)
          String id) {}

  /** Tables of a generation. */
  enum Table {
    @JsonProperty("item")
    ITEM,
    @JsonProperty("user")
    USER
  }

  /** Ways to write a vector. */
  enum Format {
    /** An array of numbers. */
    @JsonProperty("float")
    FLOAT,
    /** Little-endian IEEE single precision in base64. */
    @JsonProperty("base64_f32")
    BASE64_F32
  }
}
