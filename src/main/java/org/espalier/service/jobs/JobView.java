package org.espalier.service.jobs;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonRawValue;
import io.swagger.v3.oas.annotations.media.Schema;
import org.espalier.service.wire.Timestamps;
import org.jspecify.annotations.Nullable;

/**
 * A job as callers see it.
 *
 * @param progress share of the whole job, in [0, 1]
 * @param remainingMs an estimate; null when there is none
 * @param request what was asked for, by which it can be run again
 * @param cancelRequested whether a run that goes on is to end
 */
@Schema(name = "Job")
public record JobView(
    @Schema(example = "12") @JsonProperty("job_id") long id,
    @Schema(example = "training") String kind,
    @Schema(allowableValues = {"queued", "running", "succeeded", "failed", "cancelled"})
        String status,
    @Schema(example = "training to serve") @Nullable String phase,
    @Schema(example = "0.4") double progress,
    @JsonProperty("remaining_ms") @Nullable Long remainingMs,
    @Schema(example = "epoch 3, loss 0.31") @Nullable String note,
    @Schema(ref = "#/components/schemas/JsonObject", description = "what was asked for")
        @JsonRawValue
        String request,
    @Nullable Long seed,
    @JsonProperty("log_range") @Nullable LogRange logRange,
    @JsonProperty("code_version") String codeVersion,
    int attempt,
    @Schema(allowableValues = {"request", "schedule", "rerun"}) String origin,
    @JsonProperty("rerun_of") @Nullable Long rerunOf,
    @JsonProperty("requested_by") String requestedBy,
    @JsonProperty("cancel_requested") boolean cancelRequested,
    @Schema(
            ref = "#/components/schemas/JsonObject",
            description = "what it made, as its kind says; null until then")
        @JsonRawValue
        @Nullable String result,
    @Schema(description = "Why it failed, in one line") @Nullable String error,
    @JsonProperty("created_at") String createdAt,
    @JsonProperty("started_at") @Nullable String startedAt,
    @JsonProperty("finished_at") @Nullable String finishedAt) {

  static JobView of(JobRow row) {
    JobProgress progress =
        new JobProgress(row.phase(), row.progress(), row.remainingMs(), row.note());
    return of(row, row.state(), progress, row.logRange(), row.attempt(), row.startedMs(), false);
  }

  /** Of a run that goes on here. */
  static JobView of(JobRun run) {
    return of(
        run.row(),
        JobState.RUNNING,
        run.currentProgress(),
        run.currentLogRange(),
        run.attempt(),
        run.startedMs(),
        run.cancelRequested());
  }

  private static JobView of(
      JobRow row,
      JobState state,
      JobProgress progress,
      @Nullable LogRange logRange,
      int attempt,
      @Nullable Long startedMs,
      boolean cancelRequested) {
    return new JobView(
        row.number(),
        row.kind(),
        state.text(),
        progress.phase(),
        progress.share(),
        progress.remainingMs(),
        progress.note(),
        row.request(),
        row.seed(),
        logRange,
        row.codeVersion(),
        attempt,
        row.origin().text(),
        row.rerunOf(),
        row.requestedBy(),
        cancelRequested,
        row.result(),
        row.error(),
        Timestamps.format(row.createdMs()),
        startedMs == null ? null : Timestamps.format(startedMs),
        row.finishedMs() == null ? null : Timestamps.format(row.finishedMs()));
  }

  /** Whether it stays as it is. */
  boolean ended() {
    return finishedAt != null;
  }
}
