package org.espalier.bench.torture;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.espalier.bench.torture.Api.Answer;

/** Finds the moment in which a job is in a phase that was drawn, so that something can happen to it there. */
final class JobPhases {

  /**
   * A kind of job.
   *
   * @param phases beginnings of their names, as the job's JSON has them; empty is a job that waits
   */
  record Kind(String route, String request, List<String> phases) {}

  private static final List<Kind> KINDS =
      List.of(
          new Kind(
              "/v1/admin/trainings",
              "{\"dim\":8,\"seed\":%d,\"held_out\":0.1}",
              List.of(
                  "",
                  "reading the log",
                  "training to measure",
                  "training to serve",
                  "writing generation")),
          new Kind(
              "/v1/admin/pruning-jobs",
              "{\"target\":{\"keep\":0.5},\"dim\":8,\"seed\":%d}",
              List.of(
                  "reading the log",
                  "training the full-size model",
                  "weighing every number",
                  "finding sizes",
                  "measuring",
                  "training on the whole log",
                  "writing the candidate")),
          new Kind(
              "/v1/admin/propagations",
              "{\"model\":\"fastrp\",\"dim\":8,\"seed\":%d}",
              List.of(
                  "reading the log", "training to measure", "training to serve", "writing the")),
          new Kind(
              "/v1/admin/backups",
              "{\"keep\":2,\"verify\":true}",
              List.of("copying files", "restoring it for a proof", "removing old backups")),
          new Kind(
              "/v1/admin/cleanups",
              "{\"keep_generations\":4}",
              List.of("removing what was never finished", "deleting old generations")));

  private static final long PATIENCE_MS = 15_000;
  private static final long LOOK_EVERY_MS = 2;

  private final List<Kind> kinds;
  private final Api api;
  private final Administrator administrator;
  private final SplittableRandom random;
  private final Map<String, Integer> met = new TreeMap<>();

  /** Of all kinds. */
  JobPhases(Api api, Administrator administrator, SplittableRandom random) {
    this(KINDS, api, administrator, random);
  }

  JobPhases(List<Kind> kinds, Api api, Administrator administrator, SplittableRandom random) {
    this.kinds = kinds;
    this.api = api;
    this.administrator = administrator;
    this.random = random;
  }

  /** By kind and phase: how often a job was in it when the call returned. */
  Map<String, Integer> met() {
    return met;
  }

  /** Starts a job of any kind, and returns when it is in the phase that was drawn, or when it is too late for that. */
  void await() throws IOException, InterruptedException {
    Kind kind = kinds.get(random.nextInt(kinds.size()));
    String wanted = kind.phases().get(random.nextInt(kind.phases().size()));
    int deeper = random.nextInt(40);
    long job = administrator.submit(kind.route(), kind.request().formatted(random.nextInt(1000)));
    if (job < 0) {
      return;
    }
    long endMs = System.currentTimeMillis() + PATIENCE_MS;
    while (System.currentTimeMillis() < endMs) {
      Answer answer = api.get("/v1/admin/jobs/" + job);
      String status = answer.json().path("status").asString("");
      String phase = answer.json().path("phase").asString("");
      if (answer.ok() && !List.of("queued", "running").contains(status)) {
        return;
      }
      if (wanted.isEmpty() ? status.equals("queued") : phase.startsWith(wanted)) {
        met.merge(name(kind, wanted), 1, Integer::sum);
        Thread.sleep(deeper);
        return;
      }
      Thread.sleep(LOOK_EVERY_MS);
    }
  }

  private static String name(Kind kind, String phase) {
    String job = kind.route().substring(kind.route().lastIndexOf('/') + 1);
    return job + ": " + (phase.isEmpty() ? "waiting" : phase);
  }
}
