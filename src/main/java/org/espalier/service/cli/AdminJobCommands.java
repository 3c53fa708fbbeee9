package org.espalier.service.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.espalier.service.console.Console;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** Commands that start, watch and end jobs. */
final class AdminJobCommands {

  private static final String JOBS = "/v1/admin/jobs";

  private AdminJobCommands() {}

  @Command(
      name = "jobs",
      description = {"Lists jobs, newest first.", ""},
      mixinStandardHelpOptions = true,
      footerHeading = "%nExamples:%n",
      footer = {
        "  ./espalier admin jobs",
        "  ./espalier admin jobs --status failed --kind training --json"
      })
  static final class Jobs extends AdminAction {
    @Option(names = "--kind", description = "Only of this kind, as training.")
    private @Nullable String kind;

    @Option(
        names = "--status",
        description = "Only queued, running, succeeded, failed or cancelled ones.")
    private @Nullable String status;

    @Option(
        names = "--limit",
        defaultValue = "20",
        description = "At most so many (default: ${DEFAULT-VALUE}).")
    private int limit;

    @Override
    JsonNode ask(AdminApi api) {
      String filter =
          (kind == null ? "" : "&kind=" + AdminReadCommands.encode(kind))
              + (status == null ? "" : "&status=" + AdminReadCommands.encode(status));
      return api.get(JOBS + "?limit=" + limit + filter);
    }

    @Override
    String show(JsonNode answer) {
      return AdminShow.jobs(answer);
    }
  }

  /** A command about one job. */
  abstract static class OneJob extends AdminAction {
    @Parameters(paramLabel = "JOB", description = "The job's number.")
    private long id;

    String path() {
      return JOBS + "/" + id;
    }

    long id() {
      return id;
    }

    @Override
    String show(JsonNode answer) {
      return AdminShow.job(answer);
    }
  }

  @Command(
      name = "job",
      description = {"Shows a job.", ""},
      mixinStandardHelpOptions = true,
      footerHeading = "%nExamples:%n",
      footer = "  ./espalier admin job 12")
  static final class Job extends OneJob {
    @Override
    JsonNode ask(AdminApi api) {
      return api.get(path());
    }
  }

  @Command(
      name = "watch",
      description = {"Shows how far a job is until it ends; fails when the job does.", ""},
      mixinStandardHelpOptions = true,
      footerHeading = "%nExamples:%n",
      footer = "  ./espalier admin watch 12")
  static final class Watch extends OneJob {
    @Override
    JsonNode ask(AdminApi api) {
      return new JobFollower(api, Console.ofProcess()).follow(id());
    }

    @Override
    int exitCode(JsonNode job) {
      return codeOf(job);
    }
  }

  @Command(
      name = "cancel",
      description = {"Cancels a job that waits or runs.", ""},
      mixinStandardHelpOptions = true,
      footerHeading = "%nExamples:%n",
      footer = "  ./espalier admin cancel 12")
  static final class Cancel extends OneJob {
    @Override
    JsonNode ask(AdminApi api) {
      return api.post(path() + ":cancel", Map.of());
    }
  }

  @Command(
      name = "rerun",
      description = {"Runs a job again: the same request, on the same part of the log.", ""},
      mixinStandardHelpOptions = true,
      footerHeading = "%nExamples:%n",
      footer = "  ./espalier admin rerun 12 --wait")
  static final class Rerun extends OneJob {
    @Option(names = "--wait", description = "Show how far it is until it ends.")
    private boolean wait;

    @Override
    JsonNode ask(AdminApi api) {
      JsonNode job = api.post(path() + ":rerun", Map.of());
      return wait
          ? new JobFollower(api, Console.ofProcess()).follow(job.get("job_id").asLong())
          : job;
    }

    @Override
    int exitCode(JsonNode job) {
      return codeOf(job);
    }
  }

  /** A command that starts a job. */
  abstract static class NewJob extends AdminAction {
    @Option(names = "--wait", description = "Show how far it is until it ends.")
    private boolean wait;

    abstract String route();

    /** The request's fields; those that are null are left out. */
    abstract void fill(Map<String, @Nullable Object> request);

    @Override
    JsonNode ask(AdminApi api) {
      Map<String, @Nullable Object> request = new LinkedHashMap<>();
      fill(request);
      request.values().removeIf(value -> value == null);
      return job(api, route(), request, wait);
    }

    @Override
    String show(JsonNode answer) {
      return AdminShow.job(answer);
    }

    @Override
    int exitCode(JsonNode job) {
      return codeOf(job);
    }
  }

  @Command(
      name = "train",
      description = {"Trains a model on the log of the running service, as a new generation.", ""},
      mixinStandardHelpOptions = true,
      footerHeading = "%nExamples:%n",
      footer = {
        "  ./espalier admin train --wait",
        "  ./espalier admin train --loss bpr --dim 32 --activate auto --guard ndcg@20 --max-drop 0.002"
      })
  static final class Train extends NewJob {
    @Option(names = "--loss", description = "als, bpr or softmax (default: als).")
    private @Nullable String loss;

    @Option(names = "--dim", description = "Length of the vectors (default: 64).")
    private @Nullable Integer dim;

    @Option(names = "--seed", description = "Same seed and log, same model (default: 1).")
    private @Nullable Long seed;

    @Option(
        names = "--held-out",
        paramLabel = "SHARE",
        description = "The share of the events to measure on (default: 0.1).")
    private @Nullable Double heldOut;

    @Option(
        names = "--activate",
        paramLabel = "MODE",
        description = "auto lets the new generation answer at once (default: manual).")
    private @Nullable String activate;

    @Option(
        names = "--guard",
        paramLabel = "METRIC",
        description = "Activate only if this metric is not worse than the active generation's.")
    private @Nullable String guard;

    @Option(
        names = "--max-drop",
        defaultValue = "0",
        description = "How much worse it may be (default: ${DEFAULT-VALUE}).")
    private double maxDrop;

    @Override
    String route() {
      return "/v1/admin/trainings";
    }

    @Override
    void fill(Map<String, @Nullable Object> request) {
      request.put("loss", loss);
      request.put("dim", dim);
      request.put("seed", seed);
      request.put("held_out", heldOut);
      request.put("activate", activate);
      request.put("guard", guard == null ? null : Map.of("metric", guard, "max_drop", maxDrop));
    }
  }

  @Command(
      name = "propagate",
      description = {
        "Trains a propagator on the log and the triples of the running service, as a new generation; or, with --dirty,"
            + " brings the vectors that serve up to date, exactly.",
        ""
      },
      mixinStandardHelpOptions = true,
      footerHeading = "%nExamples:%n",
      footer = {
        "  ./espalier admin propagate --model fastrp --activate auto --wait",
        "  ./espalier admin propagate --layers 64,32 --activate auto --guard ndcg@20 --max-drop 0.002",
        "  ./espalier admin propagate --dirty --wait"
      })
  static final class Propagate extends NewJob {
    @Option(names = "--dirty", description = "Refresh what serves; goes with --wait alone.")
    private boolean dirty;

    @Option(names = "--model", description = "kgat, lightgcn or fastrp (default: kgat).")
    private @Nullable String model;

    @Option(
        names = "--preset",
        description = "Of kgat: best or paper (default: best, or paper with --layers).")
    private @Nullable String preset;

    @Option(
        names = "--layers",
        split = ",",
        description = "Of kgat's preset paper: the layers' sizes (default: 64).")
    private @Nullable List<Integer> layers;

    @Option(names = "--seed", description = "Same seed and log, same vectors (default: 1).")
    private @Nullable Long seed;

    @Option(
        names = "--held-out",
        paramLabel = "SHARE",
        description = "The share of the events to measure on (default: 0.1).")
    private @Nullable Double heldOut;

    @Option(
        names = "--fit-keep",
        paramLabel = "SHARE",
        description = "Serve item vectors that keep this share of their numbers (default: all).")
    private @Nullable Double fitKeep;

    @Option(
        names = "--fit-encoding",
        paramLabel = "ENCODING",
        description = "With --fit-keep: fp32, fp16, bf16, int8, int4 or mixed (default: fp32).")
    private @Nullable String fitEncoding;

    @Option(
        names = "--activate",
        paramLabel = "MODE",
        description = "auto lets the new generation answer at once (default: manual).")
    private @Nullable String activate;

    @Option(
        names = "--guard",
        paramLabel = "METRIC",
        description = "Activate only if this metric is not worse than the active generation's.")
    private @Nullable String guard;

    @Option(
        names = "--max-drop",
        defaultValue = "0",
        description = "How much worse it may be (default: ${DEFAULT-VALUE}).")
    private double maxDrop;

    @Override
    String route() {
      return "/v1/admin/propagations";
    }

    @Override
    void fill(Map<String, @Nullable Object> request) {
      request.put("scope", dirty ? "dirty" : null);
      request.put("model", model);
      request.put("preset", preset);
      request.put("layers", layers);
      request.put("seed", seed);
      request.put("held_out", heldOut);
      request.put("fit_keep", fitKeep);
      request.put("fit_encoding", fitEncoding);
      request.put("activate", activate);
      request.put("guard", guard == null ? null : Map.of("metric", guard, "max_drop", maxDrop));
    }
  }

  @Command(
      name = "backup",
      description = {"Backs the store of the running service up.", ""},
      mixinStandardHelpOptions = true,
      footerHeading = "%nExamples:%n",
      footer = "  ./espalier admin backup --wait")
  static final class Backup extends NewJob {
    @Option(names = "--keep", description = "How many of the newest backups stay.")
    private @Nullable Integer keep;

    @Override
    String route() {
      return "/v1/admin/backups";
    }

    @Override
    void fill(Map<String, @Nullable Object> request) {
      request.put("keep", keep);
    }
  }

  @Command(
      name = "cleanup",
      description = {"Frees disk space of generations that were never finished, or are old.", ""},
      mixinStandardHelpOptions = true,
      footerHeading = "%nExamples:%n",
      footer = "  ./espalier admin cleanup --keep-generations 5 --wait")
  static final class CleanUp extends NewJob {
    @Option(
        names = "--keep-generations",
        paramLabel = "COUNT",
        description =
            "Delete all but the newest, the active one, pinned ones and those of an experiment.")
    private @Nullable Integer keepGenerations;

    @Override
    String route() {
      return "/v1/admin/cleanups";
    }

    @Override
    void fill(Map<String, @Nullable Object> request) {
      request.put("keep_generations", keepGenerations);
    }
  }

  @Command(
      name = "trim",
      description = {
        "Takes the oldest events out of the log, by age, by number or both; nothing goes while a job reads the log.",
        ""
      },
      mixinStandardHelpOptions = true,
      footerHeading = "%nExamples:%n",
      footer = "  ./espalier admin trim --max-age P90D --wait")
  static final class Trim extends NewJob {
    @Option(
        names = "--max-age",
        paramLabel = "DURATION",
        description = "Events older than this go, as P90D.")
    private @Nullable String maxAge;

    @Option(
        names = "--max-events",
        paramLabel = "COUNT",
        description = "The most events that stay.")
    private @Nullable Long maxEvents;

    @Override
    String route() {
      return "/v1/admin/retentions";
    }

    @Override
    void fill(Map<String, @Nullable Object> request) {
      request.put("max_age", maxAge);
      request.put("max_events", maxEvents);
    }
  }

  static int codeOf(JsonNode job) {
    String status = job.get("status").asString();
    return status.equals("failed") || status.equals("cancelled") ? ExitCode.SOFTWARE : ExitCode.OK;
  }
}
