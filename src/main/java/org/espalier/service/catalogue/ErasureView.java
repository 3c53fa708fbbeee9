package org.espalier.service.catalogue;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import org.espalier.embeddings.store.Erasure;
import org.espalier.service.jobs.JobView;
import org.espalier.service.platform.UserTraces.Trace;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * How an erasure stands. It does not say whom it is about: that is erased.
 *
 * @param erasureId the number of its job
 * @param removed what went from the store; null before it is done, and when a restart finished it
 * @param traces what was found elsewhere, and what of it stays
 * @param error why it failed
 */
@Schema(name = "Erasure")
record ErasureView(
    @Schema(example = "12") @JsonProperty("erasure_id") String erasureId,
    @Schema(allowableValues = {"running", "completed", "failed", "cancelled"}) String status,
    @Nullable Removed removed,
    List<Trace> traces,
    @Nullable String error,
    @JsonProperty("created_at") String createdAt,
    @JsonProperty("finished_at") @Nullable String finishedAt) {

  /**
   * How much went.
   *
   * @param events events of the log and of the history
   * @param eventIds ids under which a retry would have been recognised
   * @param edges edges of the graph
   * @param records catalogue records
   */
  @Schema(name = "Erased")
  record Removed(long events, @JsonProperty("event_ids") long eventIds, long edges, long records) {

    static Removed of(Erasure removed) {
      return new Removed(removed.events(), removed.eventIds(), removed.edges(), removed.records());
    }
  }

  /** What the job says when it is done. */
  record Result(@Nullable Removed removed, List<Trace> traces) {}

  static ErasureView of(JobView job, JsonMapper json) {
    Result result =
        job.result() == null
            ? new Result(null, List.of())
            : json.readValue(job.result(), Result.class);
    return new ErasureView(
        Long.toString(job.id()),
        switch (job.status()) {
          case "queued", "running" -> "running";
          case "succeeded" -> "completed";
          default -> job.status();
        },
        result.removed(),
        result.traces(),
        job.error(),
        job.createdAt(),
        job.finishedAt());
  }
}
