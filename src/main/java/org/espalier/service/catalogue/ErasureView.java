package org.espalier.service.catalogue;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.swagger.v3.oas.annotations.media.Schema;
import org.espalier.embeddings.store.Erasure;

/** What an erasure removed. */
@Schema(name = "Erasure")
record ErasureView(
    @JsonProperty("erasure_id") String erasureId,
    @Schema(example = "completed") String status,
    Removed removed) {

  /**
   * How much went.
   *
   * @param events events of the log and of the history
   * @param eventIds ids under which a retry would have been recognised
   * @param edges edges of the graph
   * @param records catalogue records
   */
  @Schema(name = "Erased")
  record Removed(long events, @JsonProperty("event_ids") long eventIds, long edges, long records) {}

  static ErasureView completed(String erasureId, Erasure removed) {
    return new ErasureView(
        erasureId,
        "completed",
        new Removed(removed.events(), removed.eventIds(), removed.edges(), removed.records()));
  }
}
