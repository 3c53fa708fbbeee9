package org.espalier.service.catalogue;

import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.media.Schema.RequiredMode;
import java.util.List;
import org.espalier.service.decode.TripleDecoder;

/** The shape of a triple for the API's description; {@link TripleDecoder} reads it. */
@Schema(name = "Triple", description = "A fact between two entities. Every item is an entity.")
record TripleDocument(
    @Schema(requiredMode = RequiredMode.REQUIRED, example = "i1") String head,
    @Schema(requiredMode = RequiredMode.REQUIRED, example = "written_by") String relation,
    @Schema(requiredMode = RequiredMode.REQUIRED, example = "person:frank-herbert") String tail,
    @Schema(
            description = "how strong; 1 when left out",
            example = "1",
            minimum = "-3.4028235E38",
            maximum = "3.4028235E38")
        Float weight,
    @Schema(
            description = "RFC 3339 or milliseconds since 1970; the time of arrival when left out",
            type = "string",
            format = "date-time")
        String timestamp) {

  /** The body of a batch. */
  @Schema(name = "TripleBatch")
  record Batch(@Schema(requiredMode = RequiredMode.REQUIRED) List<TripleDocument> triples) {}
}
