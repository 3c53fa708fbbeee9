package org.espalier.service.propagation;

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

/** {@code /v1/admin/propagations}: trainings and refreshes of propagators, and what all jobs have, for them alone. */
@Tag(name = "admin")
@Needs(Scope.ADMIN)
@RestController
class PropagationController {

  private final JobEngine engine;
  private final PropagationJobs propagations;
  private final JobRoutes routes;

  PropagationController(JobEngine engine, PropagationJobs propagations, JobRoutes routes) {
    this.engine = engine;
    this.propagations = propagations;
    this.routes = routes;
  }

  @Fails({ProblemCode.JOB_CONFLICT, ProblemCode.QUEUE_FULL})
  @ResponseStatus(HttpStatus.ACCEPTED)
  @Operation(
      operationId = "startPropagation",
      summary = "Propagate over the knowledge graph",
      description =
          "A job. Scope full trains a propagator on the log and the triples, measures it on the latest events, and makes a"
              + " new generation of it, which answers once it is activated. Scope dirty computes at once what the refresh of"
              + " the generation that serves has left over.")
  @PostMapping(
      path = "/v1/admin/propagations",
      consumes = MediaType.APPLICATION_JSON_VALUE,
      produces = MediaType.APPLICATION_JSON_VALUE)
  ResponseEntity<JobAccepted> propagate(
      @RequestBody PropagationRequest request,
      @RequestHeader(name = "Idempotency-Key", required = false) @Nullable String idempotencyKey) {
    return JobAccepted.of(engine.submit(propagations, request, idempotencyKey));
  }

  @Operation(operationId = "listPropagations", summary = "List propagations, newest first")
  @GetMapping(path = "/v1/admin/propagations", produces = MediaType.APPLICATION_JSON_VALUE)
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
    return routes.list(propagations.name(), status, cursor, limit);
  }

  @Fails(ProblemCode.UNKNOWN_JOB)
  @Operation(operationId = "getPropagation", summary = "Read a propagation")
  @GetMapping(path = "/v1/admin/propagations/{id}", produces = MediaType.APPLICATION_JSON_VALUE)
  JobView get(
      @Parameter(
              description = "the job's number",
              schema = @Schema(pattern = "\\d{1,18}", maxLength = 18))
          @PathVariable
          String id) {
    return routes.find(propagations.name(), id);
  }

  @Fails({ProblemCode.UNKNOWN_JOB, ProblemCode.JOB_FINISHED})
  @Operation(operationId = "cancelPropagation", summary = "Cancel a propagation")
  @PostMapping(
      path = "/v1/admin/propagations/{id}:cancel",
      produces = MediaType.APPLICATION_JSON_VALUE)
  JobView cancel(
      @Parameter(
              description = "the job's number",
              schema = @Schema(pattern = "\\d{1,18}", maxLength = 18))
          @PathVariable
          String id) {
    return engine.cancel(routes.find(propagations.name(), id).id());
  }

  @Fails(ProblemCode.UNKNOWN_JOB)
  @Operation(
      operationId = "watchPropagation",
      summary = "Watch a propagation",
      description = "As /v1/admin/jobs/{id}/events.",
      responses =
          @ApiResponse(
              responseCode = "200",
              description = "server-sent events, until the job has ended",
              content =
                  @Content(
                      mediaType = MediaType.TEXT_EVENT_STREAM_VALUE,
                      schema = @Schema(type = "string"))))
  @GetMapping("/v1/admin/propagations/{id}/events")
  void events(
      @Parameter(
              description = "the job's number",
              schema = @Schema(pattern = "\\d{1,18}", maxLength = 18))
          @PathVariable
          String id,
      HttpServletResponse response)
      throws InterruptedException {
    routes.watch(routes.find(propagations.name(), id).id(), response);
  }
}
