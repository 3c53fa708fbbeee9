package org.espalier.service.jobs;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.ArraySchema;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.ExampleObject;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
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

  @Operation(operationId = "listJobs", summary = "List jobs, newest first")
  @GetMapping(path = "/v1/admin/jobs", produces = MediaType.APPLICATION_JSON_VALUE)
  JobPage list(
      @Parameter(
              description = "only jobs of this kind",
              schema = @Schema(pattern = "[a-z-]{1,64}", maxLength = 64),
              example = "training")
          @RequestParam(required = false)
          @Nullable String kind,
      @Parameter(
              description = "only jobs in this state",
              schema =
                  @Schema(
                      allowableValues = {"queued", "running", "succeeded", "failed", "cancelled"}))
          @RequestParam(required = false)
          @Nullable String status,
      @RequestParam(required = false) @Nullable String cursor,
      @RequestParam(defaultValue = "100") int limit) {
    return routes.list(kind, status, cursor, limit);
  }

  @Fails(ProblemCode.UNKNOWN_JOB)
  @Operation(operationId = "getJob", summary = "Read a job")
  @GetMapping(path = "/v1/admin/jobs/{id}", produces = MediaType.APPLICATION_JSON_VALUE)
  JobView get(
      @Parameter(
              description = "the job's number",
              schema = @Schema(pattern = "\\d{1,18}", maxLength = 18))
          @PathVariable
          String id) {
    return engine.find(JobRoutes.number(id));
  }

  @Fails({ProblemCode.UNKNOWN_JOB, ProblemCode.JOB_FINISHED})
  @Operation(
      operationId = "cancelJob",
      summary = "Cancel a job",
      description =
          "A job that waits is cancelled at once, one that runs as soon as it notices: look at its status.")
  @PostMapping(path = "/v1/admin/jobs/{id}:cancel", produces = MediaType.APPLICATION_JSON_VALUE)
  JobView cancel(
      @Parameter(
              description = "the job's number",
              schema = @Schema(pattern = "\\d{1,18}", maxLength = 18))
          @PathVariable
          String id) {
    return engine.cancel(JobRoutes.number(id));
  }

  @Fails({ProblemCode.UNKNOWN_JOB, ProblemCode.JOB_CONFLICT, ProblemCode.QUEUE_FULL})
  @Operation(
      operationId = "rerunJob",
      summary = "Run a job again",
      description =
          "A new job with the same request, on the same part of the log; the same version of the service gives the same"
              + " answer.")
  @PostMapping(path = "/v1/admin/jobs/{id}:rerun", produces = MediaType.APPLICATION_JSON_VALUE)
  @ResponseStatus(HttpStatus.ACCEPTED)
  JobView rerun(
      @Parameter(
              description = "the job's number",
              schema = @Schema(pattern = "\\d{1,18}", maxLength = 18))
          @PathVariable
          String id) {
    return engine.rerun(JobRoutes.number(id));
  }

  @Fails(ProblemCode.UNKNOWN_JOB)
  @Operation(
      operationId = "watchJob",
      summary = "Watch a job",
      description =
          "Server-sent events: first the job as it is, then, a few times a second at most, as it has become; each one's"
              + " data is a job. The last event is called end, the others progress.",
      responses =
          @ApiResponse(
              responseCode = "200",
              description = "server-sent events, until the job has ended",
              content =
                  @Content(
                      mediaType = MediaType.TEXT_EVENT_STREAM_VALUE,
                      schema = @Schema(type = "string"))))
  @GetMapping("/v1/admin/jobs/{id}/events")
  void events(
      @Parameter(
              description = "the job's number",
              schema = @Schema(pattern = "\\d{1,18}", maxLength = 18))
          @PathVariable
          String id,
      HttpServletResponse response)
      throws InterruptedException {
    routes.watch(JobRoutes.number(id), response);
  }

  @Fails(ProblemCode.UNKNOWN_JOB)
  @Operation(operationId = "listReports", summary = "List the names of a job's reports")
  @GetMapping(path = "/v1/admin/jobs/{id}/reports", produces = MediaType.APPLICATION_JSON_VALUE)
  ReportList reports(
      @Parameter(
              description = "the job's number",
              schema = @Schema(pattern = "\\d{1,18}", maxLength = 18))
          @PathVariable
          String id) {
    return new ReportList(engine.reports(JobRoutes.number(id)));
  }

  @Fails(ProblemCode.UNKNOWN_JOB)
  @Operation(
      operationId = "getReport",
      summary = "Read a report of a job",
      responses =
          @ApiResponse(
              responseCode = "200",
              description = "the report, as its name ends",
              content = {
                @Content(
                    mediaType = MediaType.APPLICATION_JSON_VALUE,
                    schema = @Schema(ref = "#/components/schemas/JsonObject")),
                @Content(
                    mediaType = MediaType.TEXT_HTML_VALUE,
                    schema = @Schema(type = "string"),
                    examples =
                        @ExampleObject(
                            name = "report.html",
                            value = "<!doctype html><title>A search</title>"))
              }))
  @GetMapping("/v1/admin/jobs/{id}/reports/{name}")
  ResponseEntity<String> report(
      @Parameter(
              description = "the job's number",
              schema = @Schema(pattern = "\\d{1,18}", maxLength = 18))
          @PathVariable
          String id,
      @Parameter(
              description = "one of the job's reports",
              schema = @Schema(minLength = 1, maxLength = 64))
          @PathVariable
          String name) {
    JobReport report = engine.report(JobRoutes.number(id), name);
    return ResponseEntity.ok()
        .contentType(MediaType.parseMediaType(report.mediaType()))
        .body(report.content());
  }

  /** Names of a job's reports. */
  @Schema(name = "ReportList")
  record ReportList(@ArraySchema(schema = @Schema(example = "report.json")) List<String> items) {}
}
