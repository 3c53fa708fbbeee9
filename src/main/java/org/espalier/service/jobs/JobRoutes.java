package org.espalier.service.jobs;

import jakarta.servlet.http.HttpServletResponse;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.espalier.service.control.Page;
import org.espalier.service.wire.ProblemCode;
import org.espalier.service.wire.ProblemException;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** What the routes of all jobs and those of one kind have in common. */
@Component
public class JobRoutes {

  private final JobEngine engine;
  private final JsonMapper json;

  JobRoutes(JobEngine engine, JsonMapper json) {
    this.engine = engine;
    this.json = json;
  }

  /** Part of the list of jobs; null for any kind or status. */
  public JobPage list(
      @Nullable String kind, @Nullable String status, @Nullable String cursor, int limit) {
    Page page = Page.of(cursor, limit);
    if (kind != null && !kind.matches("[a-z-]{1,64}")) {
      throw new ProblemException(
          ProblemCode.INVALID_VALUE, "kind has lower case letters and hyphens, as training");
    }
    return JobPage.of(page, engine.page(page.before(), page.limit() + 1, kind, state(status)));
  }

  /**
   * A job of a kind.
   *
   * @throws ProblemException UNKNOWN_JOB, for jobs of other kinds, too
   */
  public JobView find(String kind, String id) {
    JobView job = engine.find(number(id));
    if (!job.kind().equals(kind)) {
      throw new ProblemException(
          ProblemCode.UNKNOWN_JOB, "job %s is no %s job".formatted(id, kind));
    }
    return job;
  }

  /** Writes a job's events until it has ended. */
  public void watch(long id, HttpServletResponse response) throws InterruptedException {
    new JobStream(engine, json, id).write(response);
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
