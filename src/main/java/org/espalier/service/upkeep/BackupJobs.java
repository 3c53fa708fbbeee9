package org.espalier.service.upkeep;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.espalier.embeddings.store.Backup;
import org.espalier.embeddings.store.Backups;
import org.espalier.embeddings.store.Store;
import org.espalier.service.jobs.JobContext;
import org.espalier.service.jobs.JobKind;
import org.espalier.service.jobs.JobOutcome;
import org.espalier.service.platform.EspalierProperties;
import org.espalier.service.wire.ProblemCode;
import org.espalier.service.wire.ProblemException;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Backups of the store, taken while it serves. */
@Component
class BackupJobs implements JobKind<BackupJobs.Request> {

  private static final int KEEP_MAX = 1000;

  /**
   * Body of {@code POST /v1/admin/backups}.
   *
   * @param keep how many of the newest backups stay; null for the setting
   */
  @Schema(name = "BackupRequest")
  record Request(@Nullable Integer keep) {}

  /** A backup as callers see it. */
  @Schema(name = "Backup")
  record View(int number, @JsonProperty("created_at") String createdAt, long bytes) {

    static View of(Backup backup) {
      return new View(backup.number(), backup.created().toString(), backup.bytes());
    }
  }

  private final Store store;
  private final EspalierProperties espalier;
  private final BackupProperties properties;

  /** The folder takes one user at a time. */
  private final ReentrantLock folder = new ReentrantLock();

  BackupJobs(Store store, EspalierProperties espalier, BackupProperties properties) {
    this.store = store;
    this.espalier = espalier;
    this.properties = properties;
  }

  /**
   * The backups that there are, oldest first.
   *
   * @throws ProblemException UNAVAILABLE while one is made
   */
  List<View> list() {
    if (!folder.tryLock()) {
      throw new ProblemException(
          ProblemCode.UNAVAILABLE, "a backup is being made; ask again when its job has ended");
    }
    try {
      return backups().list().stream().map(View::of).toList();
    } finally {
      folder.unlock();
    }
  }

  private Backups backups() {
    return Backups.in(properties.folderOr(espalier));
  }

  @Override
  public String name() {
    return "backup";
  }

  @Override
  public Class<Request> requestType() {
    return Request.class;
  }

  @Override
  public Request defaults() {
    return new Request(null);
  }

  @Override
  public void validate(Request request) {
    if (request.keep() != null && (request.keep() < 1 || request.keep() > KEEP_MAX)) {
      throw new ProblemException(ProblemCode.INVALID_VALUE, "keep must be 1 to " + KEEP_MAX);
    }
  }

  @Override
  public String conflictKey(Request request, String requestJson) {
    return name();
  }

  /** What an unfinished backup left is removed by the next one. */
  @Override
  public AfterInterruption afterInterruption() {
    return AfterInterruption.RESTART;
  }

  @Override
  public JobOutcome run(Request request, JobContext context) {
    if (context.cancelled()) {
      return new JobOutcome.Cancelled();
    }
    folder.lock();
    try {
      context.phase("copying files", 0.9);
      Backup made = store.backup(backups());
      context.phase("removing old backups", 1);
      backups().keepNewest(request.keep() == null ? properties.keep() : request.keep());
      return new JobOutcome.Done(View.of(made));
    } finally {
      folder.unlock();
    }
  }
}
