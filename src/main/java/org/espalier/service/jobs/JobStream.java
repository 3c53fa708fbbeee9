package org.espalier.service.jobs;

import static java.nio.charset.StandardCharsets.UTF_8;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;
import tools.jackson.databind.json.JsonMapper;

/**
 * A job as server-sent events, until it has ended. It is written by the request's own thread, which is virtual, so that a
 * slow reader holds up nobody else.
 */
final class JobStream {

  private static final Logger log = LoggerFactory.getLogger(JobStream.class);

  /** A reader that is gone is noticed when something is written. */
  private static final Duration KEEP_ALIVE = Duration.ofSeconds(10);

  /** No reader needs to see more. */
  private static final Duration BETWEEN = Duration.ofMillis(200);

  private final JobEngine engine;
  private final JsonMapper json;
  private final long id;

  JobStream(JobEngine engine, JsonMapper json, long id) {
    this.engine = engine;
    this.json = json;
    this.id = id;
  }

  /**
   * @throws org.espalier.service.wire.ProblemException before anything is written: UNKNOWN_JOB, UNAVAILABLE
   */
  void write(HttpServletResponse response) throws InterruptedException {
    try (JobFeed.Watch watch = engine.watch(id)) {
      JobView job = engine.find(id);
      response.setContentType("text/event-stream;charset=UTF-8");
      response.setHeader("Cache-Control", "no-store");
      response.setHeader("X-Accel-Buffering", "no"); // a proxy must not hold events back
      ServletOutputStream out = response.getOutputStream();
      long number = 1;
      event(out, number, job);
      boolean more = true;
      while (more && !job.ended()) {
        Thread.sleep(BETWEEN);
        more = watch.await(KEEP_ALIVE);
        JobView next = findOr(job);
        if (next.equals(job)) {
          out.write(":\n\n".getBytes(UTF_8)); // a comment
          out.flush();
        } else {
          job = next;
          event(out, ++number, job);
        }
      }
    } catch (IOException e) {
      log.debug("A reader of job {}'s events has gone: {}", id, e.getMessage());
    }
  }

  /** While the database is away nothing is news. */
  private JobView findOr(JobView last) {
    try {
      return engine.find(id);
    } catch (DataAccessException | TransactionException e) {
      log.debug("The database is away while job {} is watched", id, e);
      return last;
    }
  }

  private void event(ServletOutputStream out, long number, JobView job) throws IOException {
    String text =
        "event: %s\nid: %d\ndata: %s\n\n"
            .formatted(job.ended() ? "end" : "progress", number, json.writeValueAsString(job));
    out.write(text.getBytes(UTF_8));
    out.flush();
  }
}
