package org.espalier.service.training;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletResponse;
import org.espalier.service.jobs.JobAccepted;
import org.espalier.service.jobs.JobEngine;
import org.espalier.service.jobs.JobPage;
import org.espalier.service.jobs.JobRoutes;
import org.espalier.service.jobs.JobView;
import org.espalier.service.wire.Fails;
import org.espalier.service.wire.Needs;
import org.espalier.service.wire.ProblemCode;
import org.espalier.service.wire.Scope;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** {@code /v1/admin/pruning-jobs}: searches of sizes, and what all jobs have, for them alone. */
@Tag(name = "admin")
@Needs(Scope.ADMIN)
@RestController
class PruningController {

  private final JobEngine engine;
  private final PruningJobs prunings;
  private final JobRoutes routes;

  PruningController(JobEngine engine, PruningJobs prunings, JobRoutes routes) {
    this.engine = engine;
    this.prunings = prunings;
    this.routes = routes;
  }

  @Fails({
    ProblemCode.JOB_CONFLICT,
    ProblemCode.NO_TEACHER,
    ProblemCode.QUEUE_FULL,
    ProblemCode.INVALID_TIMESTAMP
  })
  @ResponseStatus(HttpStatus.ACCEPTED)
  @Operation(
      operationId = "startPruning",
      summary = "Search the size that each user and item earns",
      description =
          "A job that trains a full-size model on the log, finds sizes under the budget, measures both on the latest"
              + " events, and makes a candidate generation of the whole log. Its reports are report.json and report.html."
              + " After a restart it goes on from the last phase that it finished. With teacher active the candidate learns from the"
              + " serving generation instead of a full-size model of the whole log.")
  @PostMapping(
      path = "/v1/admin/pruning-jobs",
      consumes = MediaType.APPLICATION_JSON_VALUE,
      produces = MediaType.APPLICATION_JSON_VALUE)
  ResponseEntity<JobAccepted> prune(
      @RequestBody PruningRequest request,
      @RequestHeader(name = "Idempotency-Key", required = false) @Nullable String idempotencyKey) {
    prunings.validate(request);
    prunings.requireTeacher(request);
    return JobAccepted.of(engine.submit(prunings, request, idempotencyKey));
  }

  @Operation(operationId = "listPrunings", summary = "List pruning jobs, newest first")
  @GetMapping(path = "/v1/admin/pruning-jobs", produces = MediaType.APPLICATION_JSON_VALUE)
  JobPage list(
      @Parameter(
              description = "only jobs in this state",
              schema =
                  @Schema(
                      allowableValues = {"queued", "running", "succeeded", "failed", "cancelled"}))
          @RequestParam(required = false)
          @Nullable String status,
      @RequestParam(required = false) @Nullable String cursor,
      @RequestParam(defaultValue = "100") int limit) {
    return routes.list(prunings.name(), status, cursor, limit);
  }

  @Fails(ProblemCode.UNKNOWN_JOB)
  @Operation(operationId = "getPruning", summary = "Read a pruning job")
  @GetMapping(path = "/v1/admin/pruning-jobs/{id}", produces = MediaType.APPLICATION_JSON_VALUE)
  JobView get(
      @Parameter(
              description = "the job's number",
              schema = @Schema(pattern = "\\d{1,18}", maxLength = 18))
          @PathVariable
          String id) {
    return routes.find(prunings.name(), id);
  }

  @Fails({ProblemCode.UNKNOWN_JOB, ProblemCode.JOB_FINISHED})
  @Operation(operationId = "cancelPruning", summary = "Cancel a pruning job")
  @PostMapping(
      path = "/v1/admin/pruning-jobs/{id}:cancel",
      produces = MediaType.APPLICATION_JSON_VALUE)
  JobView cancel(
      @Parameter(
              description = "the job's number",
              schema = @Schema(pattern = "\\d{1,18}", maxLength = 18))
          @PathVariable
          String id) {
    return engine.cancel(routes.find(prunings.name(), id).id());
  }

  @Fails(ProblemCode.UNKNOWN_JOB)
  @Operation(
      operationId = "watchPruning",
      summary = "Watch a pruning job",
      description = "As /v1/admin/jobs/{id}/events.",
      responses =
          @ApiResponse(
              responseCode = "200",
              description = "server-sent events, until the job has ended",
              content =
                  @Content(
                      mediaType = MediaType.TEXT_EVENT_STREAM_VALUE,
                      schema = @Schema(type = "string"))))
  @GetMapping("/v1/admin/pruning-jobs/{id}/events")
  void events(
      @Parameter(
              description = "the job's number",
              schema = @Schema(pattern = "\\d{1,18}", maxLength = 18))
          @PathVariable
          String id,
      HttpServletResponse response)
      throws InterruptedException {
    routes.watch(routes.find(prunings.name(), id).id(), response);
  }
}
