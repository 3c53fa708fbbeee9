package org.espalier.bench;

import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** What a benchmark of a whole service runs it on, and with what load. */
final class ServiceOptions {

  private static final int ITEMS_MAX = 20_000_000;

  @Option(
      names = "--items",
      defaultValue = "1000000",
      description = "Items of the generation (default: ${DEFAULT-VALUE}).")
  int items;

  @Option(
      names = "--users",
      defaultValue = "50000",
      description = "Users that it knows (default: ${DEFAULT-VALUE}).")
  int users;

  @Option(
      names = "--dim",
      defaultValue = "64",
      description = "Full size, the model dimension (default: ${DEFAULT-VALUE}).")
  int dim;

  @Option(
      names = "--keep",
      defaultValue = "0.125",
      description =
          "Share of the items' values that is kept, above 0 up to 1; below 1, popular items are longer"
              + " (default: ${DEFAULT-VALUE}).")
  double keep;

  @Option(
      names = "--rate",
      description = "Rankings a second, sent at fixed times whatever is answered.")
  @Nullable Double rate;

  @Option(
      names = "--seconds",
      defaultValue = "30",
      description = "How long it is measured (default: ${DEFAULT-VALUE}).")
  double seconds;

  @Option(
      names = "--warm-up",
      defaultValue = "10",
      description = "How long the same load runs before that (default: ${DEFAULT-VALUE}).")
  double warmUpSeconds;

  @Option(
      names = "--ingest-rate",
      defaultValue = "0",
      description = "Events a second beside the rankings (default: ${DEFAULT-VALUE}).")
  double ingestRate;

  @Option(
      names = "--activate-every",
      paramLabel = "SECONDS",
      defaultValue = "0",
      description =
          "Activates another generation this often; 0 for never (default: ${DEFAULT-VALUE}).")
  double activateEvery;

  @Option(
      names = "--filter",
      description = "Items have attributes, and each request filters by them.")
  boolean filter;

  @Option(
      names = "--connections",
      defaultValue = "64",
      description = "Connections that share the rankings (default: ${DEFAULT-VALUE}).")
  int connections;

  @Option(
      names = "--seed",
      defaultValue = "1",
      description = "Same seed, same data and requests (default: ${DEFAULT-VALUE}).")
  long seed;

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      description = "Keeps the made-up data there, and takes what an earlier run has left there.")
  @Nullable Path dataDir;

  @Option(
      names = "--java-opts",
      paramLabel = "FLAGS",
      defaultValue = "",
      description = "Further JVM flags of the service, as -XX:+UseZGC.")
  String javaOpts = "";

  @Spec(Target.MIXEE)
  private @Nullable CommandSpec command;

  /** Refuses what cannot be measured. */
  void check() {
    require(items >= 10 && items <= ITEMS_MAX, "--items", items, "10 to " + ITEMS_MAX);
    require(users >= 1 && users <= ITEMS_MAX, "--users", users, "1 to " + ITEMS_MAX);
    require(dim >= 1 && dim <= 4096, "--dim", dim, "1 to 4096");
    require(keep > 0 && keep <= 1, "--keep", keep, "above 0 up to 1");
    require(rate == null || (rate > 0 && rate <= 100_000), "--rate", rate, "above 0 up to 100000");
    require(seconds > 0 && seconds <= 86_400, "--seconds", seconds, "above 0 up to 86400");
    require(warmUpSeconds >= 0 && warmUpSeconds <= 3600, "--warm-up", warmUpSeconds, "0 to 3600");
    require(
        ingestRate >= 0 && ingestRate <= 1_000_000, "--ingest-rate", ingestRate, "0 to 1000000");
    require(
        activateEvery == 0 || (activateEvery >= 0.5 && activateEvery <= 3600),
        "--activate-every",
        activateEvery,
        "0, or 0.5 to 3600");
    require(connections >= 1 && connections <= 1024, "--connections", connections, "1 to 1024");
  }

  /** Fails with wrong usage unless an option's value holds. */
  void require(boolean holds, String option, @Nullable Object value, String allowed) {
    if (!holds) {
      throw new ParameterException(
          Objects.requireNonNull(command).commandLine(),
          "%s=%s is not %s".formatted(option, value, allowed));
    }
  }
}
