package org.espalier.service.catalogue;

import java.time.Duration;
import java.util.Objects;
import org.espalier.embeddings.store.Field;
import org.espalier.embeddings.store.Store;
import org.espalier.service.jobs.JobEngine;
import org.espalier.service.jobs.JobPage;
import org.espalier.service.jobs.JobRoutes;
import org.espalier.service.jobs.JobView;
import org.espalier.service.platform.UserErasure;
import org.espalier.service.wire.ProblemCode;
import org.espalier.service.wire.ProblemException;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** Begins erasures and says how they stand. */
@Component
class Erasures implements UserErasure {

  private static final int LIVE_MAX = 1000;
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  private final JobEngine engine;
  private final JobRoutes jobs;
  private final ErasureJobs kind;
  private final Store store;
  private final JsonMapper json;

  Erasures(JobEngine engine, JobRoutes jobs, ErasureJobs kind, Store store, JsonMapper json) {
    this.engine = engine;
    this.jobs = jobs;
    this.kind = kind;
    this.store = store;
    this.json = json;
  }

  /**
   * Begins to erase a user; while that goes on, the same erasure is returned again.
   *
   * @throws ProblemException UNKNOWN_USER
   */
  ErasureView begin(String userId) {
    int user = store.dictionary().find(Field.USER, userId);
    if (user < 0) {
      throw new ProblemException(
          ProblemCode.UNKNOWN_USER,
          "nothing is known of this id; ids are percent-encoded in paths");
    }
    ErasureJobs.Request request = new ErasureJobs.Request(user);
    try {
      return view(engine.submit(kind, request, null));
    } catch (ProblemException e) {
      if (e.code() != ProblemCode.JOB_CONFLICT) {
        throw e;
      }
      return live(request, e);
    }
  }

  @Override
  public boolean erase(String userId) {
    if (store.dictionary().find(Field.USER, userId) < 0) {
      return false;
    }
    long id = Long.parseLong(begin(userId).erasureId());
    ErasureView now;
    try {
      now = view(engine.awaitEnd(id, PATIENCE));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ProblemException(
          ProblemCode.UNAVAILABLE, "stopped while erasure %d runs".formatted(id));
    }
    return switch (now.status()) {
      case "completed" -> true;
      case "running" ->
          throw new ProblemException(
              ProblemCode.UNAVAILABLE, "erasure %d is not done yet".formatted(id));
      default ->
          throw new ProblemException(
              ProblemCode.UNAVAILABLE,
              "erasure %d %s: %s"
                  .formatted(
                      id,
                      now.status(),
                      Objects.requireNonNullElse(now.error(), "somebody asked for that")));
    };
  }

  private ErasureView live(ErasureJobs.Request request, ProblemException conflict) {
    String wanted = json.writeValueAsString(request);
    for (String status : new String[] {"running", "queued"}) {
      for (JobView job : jobs.list(kind.name(), status, null, LIVE_MAX).items()) {
        if (job.request().equals(wanted)) {
          return view(job);
        }
      }
    }
    throw conflict; // it has just ended
  }

  /** Newest first. */
  ErasurePage list(@Nullable String cursor, int limit) {
    JobPage page = jobs.list(kind.name(), null, cursor, limit);
    return new ErasurePage(page.items().stream().map(this::view).toList(), page.nextCursor());
  }

  /**
   * @throws ProblemException UNKNOWN_ERASURE
   */
  ErasureView find(String id) {
    try {
      return view(jobs.find(kind.name(), id));
    } catch (ProblemException e) {
      if (e.code() != ProblemCode.UNKNOWN_JOB) {
        throw e;
      }
      throw new ProblemException(
          ProblemCode.UNKNOWN_ERASURE, "no erasure has this id; it may have left the history");
    }
  }

  private ErasureView view(JobView job) {
    return ErasureView.of(job, json);
  }
}
