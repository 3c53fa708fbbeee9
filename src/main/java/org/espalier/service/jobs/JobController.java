package org.espalier.service.jobs;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.espalier.service.control.Page;
import org.espalier.service.wire.ProblemCode;
import org.espalier.service.wire.ProblemException;
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
import tools.jackson.databind.json.JsonMapper;

/** {@code /v1/admin/jobs}: jobs of all kinds. */
@Tag(name = "admin")
@RestController
class JobController {

  private final JobEngine engine;
  private final JsonMapper json;

  JobController(JobEngine engine, JsonMapper json) {
    this.engine = engine;
    this.json = json;
  }

  @Operation(summary = "List jobs, newest first")
  @GetMapping(path = "/v1/admin/jobs", produces = MediaType.APPLICATION_JSON_VALUE)
  JobPage list(
      @RequestParam(required = false) @Nullable String kind,
      @RequestParam(required = false) @Nullable String status,
      @RequestParam(required = false) @Nullable String cursor,
      @RequestParam(defaultValue = "100") int limit) {
    Page page = Page.of(cursor, limit);
    return JobPage.of(page, engine.page(page.before(), page.limit() + 1, kind, state(status)));
  }

  @Operation(summary = "Read a job")
  @GetMapping(path = "/v1/admin/jobs/{id}", produces = MediaType.APPLICATION_JSON_VALUE)
  JobView get(@PathVariable String id) {
    return engine.find(number(id));
  }

  @Operation(
      summary = "Cancel a job",
      description =
          "A job that waits is cancelled at once, one that runs as soon as it notices: look at its status.")
  @PostMapping(path = "/v1/admin/jobs/{id}:cancel", produces = MediaType.APPLICATION_JSON_VALUE)
  JobView cancel(@PathVariable String id) {
    return engine.cancel(number(id));
  }

  @Operation(
      summary = "Run a job again",
      description =
          "A new job with the same request, on the same part of the log; the same version of the service gives the same"
              + " answer.")
  @PostMapping(path = "/v1/admin/jobs/{id}:rerun", produces = MediaType.APPLICATION_JSON_VALUE)
  @ResponseStatus(HttpStatus.ACCEPTED)
  JobView rerun(@PathVariable String id) {
    return engine.rerun(number(id));
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
    new JobStream(engine, json, number(id)).write(response);
  }

  @Operation(summary = "List the names of a job's reports")
  @GetMapping(path = "/v1/admin/jobs/{id}/reports", produces = MediaType.APPLICATION_JSON_VALUE)
  Map<String, List<String>> reports(@PathVariable String id) {
    return Map.of("items", engine.reports(number(id)));
  }

  @Operation(summary = "Read a report of a job")
  @GetMapping("/v1/admin/jobs/{id}/reports/{name}")
  ResponseEntity<String> report(@PathVariable String id, @PathVariable String name) {
    JobReport report = engine.report(number(id), name);
    return ResponseEntity.ok()
        .contentType(MediaType.parseMediaType(report.mediaType()))
        .body(report.content());
  }

  /** Ids are opaque to callers: what is no number is an id that nobody gave. */
  static long number(String id) {
    if (!id.matches("\\d{1,18}")) {
      throw new ProblemException(
          ProblemCode.UNKNOWN_JOB, "no job has this id; list the jobs to see which there are");
    }
    return Long.parseLong(id);
  }

  private static @Nullable JobState state(@Nullable String status) {
    if (status == null) {
      return null;
    }
    for (JobState state : JobState.values()) {
      if (state.text().equals(status)) {
        return state;
      }
    }
    throw new ProblemException(
        ProblemCode.INVALID_VALUE,
        "status is one of "
            + Arrays.stream(JobState.values())
                .map(JobState::text)
                .collect(Collectors.joining(", ")));
  }
}
