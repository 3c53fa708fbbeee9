package org.espalier.service.ingest;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import org.espalier.service.wire.RejectedElement;

/**
 * What became of a request's events. Those that were accepted are durable.
 *
 * @param accepted events that were stored now
 * @param duplicates events that were stored before under the same {@code event_id}
 * @param rejected events that were not stored, each with its reason
 * @param tookMs time that the service spent
 * @param applied position of the log that includes them; an answer with the same {@code applied} or a higher one has
 *     seen them
 */
@Schema(description = "What became of the events; those that were accepted are durable")
record EventsAccepted(
    @Schema(example = "1") int accepted,
    @Schema(example = "0") int duplicates,
    List<RejectedElement> rejected,
    @Schema(example = "3") @JsonProperty("took_ms") long tookMs,
    @Schema(example = "42") long applied) {}
