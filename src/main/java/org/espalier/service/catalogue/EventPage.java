package org.espalier.service.catalogue;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonRawValue;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One page of a user's events, newest first.
 *
 * @param nextCursor where the next page begins; null on the last one
 */
@Schema(description = "One page of a user's events, newest first")
record EventPage(List<Entry> items, @JsonProperty("next_cursor") @Nullable String nextCursor) {

  /** One event as it was stored. */
  @Schema(name = "StoredEvent")
  record Entry(
      @JsonProperty("event_id") @Nullable String eventId,
      @Schema(example = "click") String type,
      @JsonProperty("item_id") String itemId,
      float value,
      @JsonProperty("ranking_id") @Nullable String rankingId,
      @Schema(ref = "#/components/schemas/JsonObject") @JsonRawValue @Nullable String context,
      @Schema(type = "string", format = "date-time") String timestamp) {}
}
