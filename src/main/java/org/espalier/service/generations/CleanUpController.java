package org.espalier.service.generations;

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

/** {@code POST /v1/admin/cleanups}. */
@Tag(name = "admin")
@Needs(Scope.ADMIN)
@RestController
class CleanUpController {

  private final JobEngine engine;
  private final CleanUpJobs cleanUps;

  CleanUpController(JobEngine engine, CleanUpJobs cleanUps) {
    this.engine = engine;
    this.cleanUps = cleanUps;
  }

  @Fails({ProblemCode.JOB_CONFLICT, ProblemCode.QUEUE_FULL})
  @ResponseStatus(HttpStatus.ACCEPTED)
  @Operation(
      operationId = "startCleanUp",
      summary = "Free disk space",
      description =
          "A job that removes what unfinished generations left behind and, with keep_generations, all but the newest,"
              + " the active and the pinned ones, and those that an experiment serves.")
  @PostMapping(
      path = "/v1/admin/cleanups",
      consumes = MediaType.APPLICATION_JSON_VALUE,
      produces = MediaType.APPLICATION_JSON_VALUE)
  ResponseEntity<JobAccepted> cleanUp(
      @RequestBody CleanUpJobs.Request request,
      @RequestHeader(name = "Idempotency-Key", required = false) @Nullable String idempotencyKey) {
    return JobAccepted.of(engine.submit(cleanUps, request, idempotencyKey));
  }
}
