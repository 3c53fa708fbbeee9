package org.espalier.service.jobs;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.swagger.v3.oas.annotations.media.Schema;
import java.net.URI;
import org.springframework.http.ResponseEntity;

/** The answer to whoever asks for a job: where to look for it. */
@Schema(name = "JobAccepted")
public record JobAccepted(
    @Schema(example = "12") @JsonProperty("job_id") long id,
    @Schema(example = "queued") String status) {

  /** 202, with the job's place. */
  public static ResponseEntity<JobAccepted> of(JobView job) {
    return ResponseEntity.accepted()
        .location(URI.create("/v1/admin/jobs/" + job.id()))
        .body(new JobAccepted(job.id(), job.status()));
  }
}
