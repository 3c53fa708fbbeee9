package org.espalier.service.ingest;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.media.Schema.RequiredMode;
import java.util.Map;
import org.espalier.service.decode.EventDecoder;

/** The shape of an event for the API's description; {@link EventDecoder} reads it. */
@Schema(
    name = "Event",
    description = "One user did something to one item. A field that is not listed is refused.")
record EventDocument(
    @Schema(
            description = "makes a retry harmless: an event whose id is stored is dropped",
            example = "e1")
        @JsonProperty("event_id")
        String eventId,
    @Schema(requiredMode = RequiredMode.REQUIRED, example = "click") String type,
    @Schema(requiredMode = RequiredMode.REQUIRED, example = "u1") @JsonProperty("user_id")
        String userId,
    @Schema(requiredMode = RequiredMode.REQUIRED, example = "i1") @JsonProperty("item_id")
        String itemId,
    @Schema(
            description =
                "how much; 1 when left out, or 0 for types without weight, such as impression",
            example = "1",
            minimum = "-3.4028235E38",
            maximum = "3.4028235E38")
        Float value,
    @Schema(description = "the ranking that led to it") @JsonProperty("ranking_id")
        String rankingId,
    @Schema(ref = "#/components/schemas/JsonObject", description = "kept with the event")
        Map<String, Object> context,
    @Schema(
            description = "RFC 3339 or milliseconds since 1970; the time of arrival when left out",
            type = "string",
            format = "date-time")
        String timestamp) {}
