package org.espalier.service.catalogue;

import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import java.util.Map;
import org.espalier.service.decode.RecordDecoder;
import org.jspecify.annotations.Nullable;

/** The shape of a record coming in, for the API's description; {@link RecordDecoder} reads it. */
@Schema(
    name = "RecordUpdate",
    description = "Replaces a record whole. A field that is not listed is refused.")
record RecordDocument(
    @Schema(description = "required in a batch; else the path names it", example = "i1") String id,
    @Schema(ref = "#/components/schemas/RecordFields") Map<String, Object> fields,
    @Schema(example = "[\"book\"]") List<String> categories,
    @Schema(description = "of items only: true keeps the item out of rankings") Boolean hidden,
    @Schema(
            description = "RFC 3339 or milliseconds since 1970; the time of arrival when left out",
            type = "string",
            format = "date-time")
        String timestamp) {

  /** The body of a batch. */
  @Schema(name = "RecordBatch")
  record Batch(@Schema(requiredMode = Schema.RequiredMode.REQUIRED) List<RecordDocument> items) {}

  /** Changes of a record, as a merge patch: what is left out stays, and {@code null} empties. */
  @Schema(name = "RecordPatch", description = "What is left out stays, and null empties.")
  record Patch(
      @Schema(ref = "#/components/schemas/RecordFieldsPatch") @Nullable Map<String, Object> fields,
      @Schema(example = "[\"book\"]") @Nullable List<String> categories,
      @Schema(description = "of items only: true keeps the item out of rankings")
          @Nullable Boolean hidden,
      @Schema(
              description =
                  "RFC 3339 or milliseconds since 1970; the time of arrival when left out",
              type = "string",
              format = "date-time")
          @Nullable String timestamp) {}
}
