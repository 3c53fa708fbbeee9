package org.espalier.service.catalogue;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.espalier.service.wire.RejectedElement;

/**
 * What became of a batch's elements. Those that were accepted are durable.
 *
 * @param accepted elements that were stored
 * @param rejected elements that were not stored, each with its reason
 * @param tookMs time that the service spent
 */
@Schema(description = "What became of the elements; those that were accepted are durable")
record BatchAccepted(
    @Schema(example = "1") int accepted,
    List<RejectedElement> rejected,
    @Schema(example = "3") @JsonProperty("took_ms") long tookMs) {

  static BatchAccepted since(long startNs, int accepted, List<RejectedElement> rejected) {
    long tookNs = System.nanoTime() - startNs;
    return new BatchAccepted(accepted, rejected, TimeUnit.NANOSECONDS.toMillis(tookNs));
  }
}
