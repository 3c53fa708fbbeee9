package org.espalier.service.upkeep;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.espalier.embeddings.store.Backup;
import org.espalier.embeddings.store.StoreException;
import org.espalier.service.jobs.JobContext;
import org.espalier.service.jobs.JobFailedException;
import org.espalier.service.jobs.JobKind;
import org.espalier.service.jobs.JobOutcome;
import org.espalier.service.wire.ProblemCode;
import org.espalier.service.wire.ProblemException;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Backups, made while the service serves. */
@Component
class BackupJobs implements JobKind<BackupJobs.Request> {

  private static final int KEEP_MAX = 1000;

  /**
   * Body of {@code POST /v1/admin/backups}.
   *
   * @param keep how many of the newest backups stay; null for the setting
   * @param verify whether the backup is restored into a scratch folder and read; null for the setting
   */
  @Schema(name = "BackupRequest")
  record Request(
      @Schema(minimum = "1", maximum = "1000") @Nullable Integer keep, @Nullable Boolean verify) {}

  /** A backup as callers see it. */
  @Schema(name = "Backup")
  record View(
      int number,
      @JsonProperty("created_at") String createdAt,
      long bytes,
      @JsonProperty("has_database") boolean hasDatabase) {

    static View of(Backup backup, BackupSet in) {
      return new View(
          backup.number(),
          backup.created().toString(),
          backup.bytes(),
          in.hasDatabase(backup.number()));
    }
  }

  /** What a job has made. */
  private record Made(
      int number,
      long bytes,
      @JsonProperty("has_database") boolean hasDatabase,
      boolean verified) {}

  private final BackupMaker maker;
  private final BackupProperties properties;

  /** The folder takes one user at a time. */
  private final ReentrantLock folder = new ReentrantLock();

  BackupJobs(BackupMaker maker, BackupProperties properties) {
    this.maker = maker;
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
      BackupSet backups = maker.backups();
      return backups.list().stream().map(backup -> View.of(backup, backups)).toList();
    } finally {
      folder.unlock();
    }
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
    return new Request(null, null);
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
      boolean verify = request.verify() == null ? properties.verify() : request.verify();
      context.phase("copying files", verify ? 0.5 : 0.9);
      Backup made = maker.make(context.workFolder());
      if (verify) {
        context.phase("restoring it for a proof", 0.9);
        maker.prove(made.number(), context.workFolder());
      }
      context.phase("removing old backups", 1);
      maker.backups().keepNewest(request.keep() == null ? properties.keep() : request.keep());
      boolean hasDatabase = maker.backups().hasDatabase(made.number());
      return new JobOutcome.Done(new Made(made.number(), made.bytes(), hasDatabase, verify));
    } catch (StoreException e) {
      throw new JobFailedException(String.valueOf(e.getMessage()), e);
    } finally {
      folder.unlock();
    }
  }
}
