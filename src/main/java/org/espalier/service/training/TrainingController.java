package org.espalier.service.training;

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

/** {@code POST /v1/admin/trainings}. */
@Tag(name = "admin")
@Needs(Scope.ADMIN)
@RestController
class TrainingController {

  private final JobEngine engine;
  private final TrainingJobs trainings;

  TrainingController(JobEngine engine, TrainingJobs trainings) {
    this.engine = engine;
    this.trainings = trainings;
  }

  @Fails({ProblemCode.JOB_CONFLICT, ProblemCode.QUEUE_FULL})
  @ResponseStatus(HttpStatus.ACCEPTED)
  @Operation(
      operationId = "startTraining",
      summary = "Train on the log",
      description =
          "A job that makes a new generation of all events up to now. It measures itself on the latest ones first. The"
              + " generation answers once it is activated: by hand, or by the job.")
  @PostMapping(
      path = "/v1/admin/trainings",
      consumes = MediaType.APPLICATION_JSON_VALUE,
      produces = MediaType.APPLICATION_JSON_VALUE)
  ResponseEntity<JobAccepted> train(
      @RequestBody TrainingRequest request,
      @RequestHeader(name = "Idempotency-Key", required = false) @Nullable String idempotencyKey) {
    return JobAccepted.of(engine.submit(trainings, request, idempotencyKey));
  }
}
