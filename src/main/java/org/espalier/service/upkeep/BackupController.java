package org.espalier.service.upkeep;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.List;
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
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** {@code /v1/admin/backups}. */
@Tag(name = "admin")
@Needs(Scope.ADMIN)
@RestController
class BackupController {

  private final JobEngine engine;
  private final BackupJobs backups;

  BackupController(JobEngine engine, BackupJobs backups) {
    this.engine = engine;
    this.backups = backups;
  }

  @Fails({ProblemCode.JOB_CONFLICT, ProblemCode.QUEUE_FULL})
  @ResponseStatus(HttpStatus.ACCEPTED)
  @Operation(
      operationId = "startBackup",
      summary = "Make a backup",
      description =
          "A job. Backups share the files that have not changed, so each but the first costs only what is new. The control"
              + " plane's database is in it when it is a file beside the store; a PostgreSQL has backups of its own. Unless"
              + " verify is false, the backup is restored into a scratch folder and read from end to end.")
  @PostMapping(
      path = "/v1/admin/backups",
      consumes = MediaType.APPLICATION_JSON_VALUE,
      produces = MediaType.APPLICATION_JSON_VALUE)
  ResponseEntity<JobAccepted> make(
      @RequestBody BackupJobs.Request request,
      @RequestHeader(name = "Idempotency-Key", required = false) @Nullable String idempotencyKey) {
    return JobAccepted.of(engine.submit(backups, request, idempotencyKey));
  }

  @Operation(operationId = "listBackups", summary = "List the backups, oldest first")
  @GetMapping(path = "/v1/admin/backups", produces = MediaType.APPLICATION_JSON_VALUE)
  BackupList list() {
    return new BackupList(backups.list());
  }

  @Schema(name = "BackupList")
  record BackupList(List<BackupJobs.View> items) {}
}
