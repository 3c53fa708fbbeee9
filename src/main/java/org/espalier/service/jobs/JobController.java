package org.espalier.service.jobs;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import java.util.Map;
import org.espalier.service.wire.Needs;
import org.espalier.service.wire.Scope;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** {@code /v1/admin/jobs}: jobs of all kinds. */
@Tag(name = "admin")
@Needs(Scope.ADMIN)
@RestController
class JobController {

  private final JobEngine engine;
  private final JobRoutes routes;

  JobController(JobEngine engine, JobRoutes routes) {
    this.engine = engine;
    this.routes = routes;
  }

  @Operation(summary = "List jobs, newest first")
  @GetMapping(path = "/v1/admin/jobs", produces = MediaType.APPLICATION_JSON_VALUE)
  JobPage list(
      @RequestParam(required = false) @Nullable String kind,
      @RequestParam(required = false) @Nullable String status,
      @RequestParam(required = false) @Nullable String cursor,
      @RequestParam(defaultValue = "100") int limit) {
    return routes.list(kind, status, cursor, limit);
  }

  @Operation(summary = "Read a job")
  @GetMapping(path = "/v1/admin/jobs/{id}", produces = MediaType.APPLICATION_JSON_VALUE)
  JobView get(@PathVariable String id) {
    return engine.find(JobRoutes.number(id));
  }

  @Operation(
      summary = "Cancel a job",
      description =
          "A job that waits is cancelled at once, one that runs as soon as it notices: look at its status.")
  @PostMapping(path = "/v1/admin/jobs/{id}:cancel", produces = MediaType.APPLICATION_JSON_VALUE)
  JobView cancel(@PathVariable String id) {
    return engine.cancel(JobRoutes.number(id));
  }

  @Operation(
      summary = "Run a job again",
      description =
          "A new job with the same request, on the same part of the log; the same version of the service gives the same"
              + " answer.")
  @PostMapping(path = "/v1/admin/jobs/{id}:rerun", produces = MediaType.APPLICATION_JSON_VALUE)
  @ResponseStatus(HttpStatus.ACCEPTED)
  JobView rerun(@PathVariable String id) {
    return engine.rerun(JobRoutes.number(id));
  }

  @Operation(
      summary = "Watch a job",
      description =
          "Server-sent events: first the job as it is, then, a few times a second at most, as it has become; each one's"
              + " data is a job. The last event is called end, the others progress.",
      responses =
          @ApiResponse(
              responseCode = "200",
              content = @Content(mediaType = MediaType.TEXT_EVENT_STREAM_VALUE)))
  @GetMapping("/v1/admin/jobs/{id}/events")
  void events(@PathVariable String id, HttpServletResponse response) throws InterruptedException {
    routes.watch(JobRoutes.number(id), response);
  }

  @Operation(summary = "List the names of a job's reports")
  @GetMapping(path = "/v1/admin/jobs/{id}/reports", produces = MediaType.APPLICATION_JSON_VALUE)
  Map<String, List<String>> reports(@PathVariable String id) {
    return Map.of("items", engine.reports(JobRoutes.number(id)));
  }

  @Operation(summary = "Read a report of a job")
  @GetMapping("/v1/admin/jobs/{id}/reports/{name}")
  ResponseEntity<String> report(@PathVariable String id, @PathVariable String name) {
    JobReport report = engine.report(JobRoutes.number(id), name);
    return ResponseEntity.ok()
        .contentType(MediaType.parseMediaType(report.mediaType()))
        .body(report.content());
  }
}
