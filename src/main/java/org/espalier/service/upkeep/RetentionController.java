package org.espalier.service.upkeep;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import org.espalier.service.jobs.JobAccepted;
import org.espalier.service.jobs.JobEngine;
import org.espalier.service.wire.Fails;
import org.espalier.service.wire.Needs;
import org.espalier.service.wire.ProblemCode;
import org.espalier.service.wire.Scope;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** {@code POST /v1/admin/retentions}. */
@Tag(name = "admin")
@Needs(Scope.ADMIN)
@RestController
class RetentionController {

  private final JobEngine engine;
  private final RetentionJobs retentions;

  RetentionController(JobEngine engine, RetentionJobs retentions) {
    this.engine = engine;
    this.retentions = retentions;
  }

  @Fails({ProblemCode.JOB_CONFLICT, ProblemCode.QUEUE_FULL})
  @ResponseStatus(HttpStatus.ACCEPTED)
  @Operation(
      operationId = "startRetention",
      summary = "Trim the log",
      description =
          "A job that takes the oldest events away, by age, by number or both: from the log, the histories, the counts and"
              + " the graph's edges. Their event ids are forgotten with them. Nothing goes while a training or a search"
              + " reads the log.")
  @PostMapping(
      path = "/v1/admin/retentions",
      consumes = MediaType.APPLICATION_JSON_VALUE,
      produces = MediaType.APPLICATION_JSON_VALUE)
  ResponseEntity<JobAccepted> trim(
      @RequestBody RetentionJobs.Request request,
      @RequestHeader(name = "Idempotency-Key", required = false) @Nullable String idempotencyKey) {
    return JobAccepted.of(engine.submit(retentions, request, idempotencyKey));
  }
}
