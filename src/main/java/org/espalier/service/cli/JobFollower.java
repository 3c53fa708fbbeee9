package org.espalier.service.cli;

import java.time.Duration;
import java.util.Locale;
import org.espalier.service.console.CommandException;
import org.espalier.service.console.Console;
import org.espalier.service.console.Progress;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/** Shows how far a job is until it has ended. A service that goes away meanwhile is looked for again for a while. */
final class JobFollower {

  private static final int STEPS = 1000;
  private static final int LOOKS = 30;
  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(2);

  private final AdminApi api;
  private final Console console;
  private long shown;
  private JsonNode last = MissingNode.getInstance();

  JobFollower(AdminApi api, Console console) {
    this.api = api;
    this.console = console;
  }

  /** Returns the job as it ended. */
  JsonNode follow(long id) {
    try (Progress progress = console.progress("Job " + id, STEPS)) {
      int looks = 0;
      while (!ended()) {
        JsonNode before = last;
        try {
          api.events("/v1/admin/jobs/" + id + "/events", job -> show(progress, job));
        } catch (CommandException e) {
          if (before.isMissingNode() || ++looks == LOOKS) {
            throw e;
          }
        }
        if (!ended()) {
          pause();
        }
      }
    }
    return last;
  }

  private boolean ended() {
    return !last.isMissingNode() && !last.get("finished_at").isNull();
  }

  private void show(Progress progress, JsonNode job) {
    last = job;
    long done = Math.round(job.get("progress").asDouble() * STEPS);
    if (done > shown) { // a job that begins again is further than it looks for a while
      progress.step(done - shown);
      shown = done;
    }
    progress.note(words(job));
  }

  private static String words(JsonNode job) {
    StringBuilder words = new StringBuilder(job.get("status").asString());
    if (job.get("phase").isString()) {
      words.append(", ").append(job.get("phase").asString());
    }
    if (job.get("note").isString()) {
      words.append(", ").append(job.get("note").asString());
    }
    if (job.get("remaining_ms").isNumber()) {
      words.append(
          String.format(Locale.ROOT, ", %.0f s left", job.get("remaining_ms").asLong() * 1e-3));
    }
    return words.toString();
  }

  private static void pause() {
    try {
      Thread.sleep(BETWEEN_LOOKS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandException("interrupted", e);
    }
  }
}
