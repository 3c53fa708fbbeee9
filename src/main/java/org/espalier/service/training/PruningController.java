package org.espalier.service.training;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletResponse;
import org.espalier.service.jobs.JobAccepted;
import org.espalier.service.jobs.JobEngine;
import org.espalier.service.jobs.JobPage;
import org.espalier.service.jobs.JobRoutes;
import org.espalier.service.jobs.JobView;
import org.espalier.service.wire.Needs;
import org.espalier.service.wire.Scope;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
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

  @Operation(
      summary = "Search the size that each user and item earns",
      description =
          "A job that trains a full-size model on the log, finds sizes under the budget, measures both on the latest"
              + " events, and makes a candidate generation of the whole log. Its reports are report.json and report.html."
              + " After a restart it goes on from the last phase that it finished.")
  @PostMapping(
      path = "/v1/admin/pruning-jobs",
      consumes = MediaType.APPLICATION_JSON_VALUE,
      produces = MediaType.APPLICATION_JSON_VALUE)
  ResponseEntity<JobAccepted> prune(
      @RequestBody PruningRequest request,
      @RequestHeader(name = "Idempotency-Key", required = false) @Nullable String idempotencyKey) {
    return JobAccepted.of(engine.submit(prunings, request, idempotencyKey));
  }

  @Operation(summary = "List pruning jobs, newest first")
  @GetMapping(path = "/v1/admin/pruning-jobs", produces = MediaType.APPLICATION_JSON_VALUE)
  JobPage list(
      @RequestParam(required = false) @Nullable String status,
      @RequestParam(required = false) @Nullable String cursor,
      @RequestParam(defaultValue = "100") int limit) {
    return routes.list(prunings.name(), status, cursor, limit);
  }

  @Operation(summary = "Read a pruning job")
  @GetMapping(path = "/v1/admin/pruning-jobs/{id}", produces = MediaType.APPLICATION_JSON_VALUE)
  JobView get(@PathVariable String id) {
    return routes.find(prunings.name(), id);
  }

  @Operation(summary = "Cancel a pruning job")
  @PostMapping(
      path = "/v1/admin/pruning-jobs/{id}:cancel",
      produces = MediaType.APPLICATION_JSON_VALUE)
  JobView cancel(@PathVariable String id) {
    return engine.cancel(routes.find(prunings.name(), id).id());
  }

  @Operation(
      summary = "Watch a pruning job",
      description = "As /v1/admin/jobs/{id}/events.",
      responses =
          @ApiResponse(
              responseCode = "200",
              content = @Content(mediaType = MediaType.TEXT_EVENT_STREAM_VALUE)))
  @GetMapping("/v1/admin/pruning-jobs/{id}/events")
  void events(@PathVariable String id, HttpServletResponse response) throws InterruptedException {
    routes.watch(routes.find(prunings.name(), id).id(), response);
  }
}
