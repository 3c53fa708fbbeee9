package org.espalier.bench.torture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.espalier.bench.ResultOptions;
import org.espalier.service.console.Console;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.util.FileSystemUtils;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ./espalier torture}. */
@Command(
    name = "torture",
    description = {
      "Runs the service in a process of its own, sends it events, rankings, jobs and activations, and meanwhile kills and"
          + " pauses it, fills its disk, kills its broker, and damages copies of its files. A checker with its own record"
          + " of every acknowledged write looks whether anything is lost, applied twice or mixed up.",
      "The seed decides what is done in which order; when each thing happens is up to the machine.",
      ""
    },
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:every promise was kept", "1:one was not", "2:wrong usage"},
    footerHeading = "%nExamples:%n",
    footer = "  ./espalier torture --minutes 10 --seed 1 --json")
public final class TortureCommand implements Callable<Integer> {

  @Option(
      names = "--minutes",
      defaultValue = "10",
      description = "How long (default: ${DEFAULT-VALUE}).")
  private double minutes;

  @Option(
      names = "--seed",
      defaultValue = "1",
      description = "Decides the faults and the events (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--no-broker",
      description = "Without Kafka: less memory, and events over REST only.")
  private boolean noBroker;

  @Option(
      names = "--keep",
      paramLabel = "DIR",
      description = "Keep the logs in this folder, which must not exist.")
  private @Nullable Path keep;

  @Mixin private @Nullable ResultOptions result;
  @Spec private @Nullable CommandSpec spec;

  private final Console console = Console.ofProcess();

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (!(minutes > 0 && minutes <= 1440)) {
      throw wrong("--minutes must be more than 0 and at most 1440");
    }
    if (keep != null && Files.exists(keep)) {
      throw wrong("--keep %s exists; name a new folder".formatted(keep));
    }
    // Kafka's client says on stdout what we do to its broker.
    LoggingSystem.get(getClass().getClassLoader())
        .setLogLevel(LoggingSystem.ROOT_LOGGER_NAME, LogLevel.OFF);
    Path work =
        keep == null
            ? Files.createTempDirectory("espalier-torture")
            : Files.createDirectories(keep).toAbsolutePath();
    try {
      TortureRun run = new TortureRun(work, !noBroker, seed, minutes, console);
      int violations = run.run();
      Objects.requireNonNull(result).print(run.fields());
      return violations == 0 ? ExitCode.OK : ExitCode.SOFTWARE;
    } finally {
      if (keep == null) {
        FileSystemUtils.deleteRecursively(work);
      }
    }
  }

  private ParameterException wrong(String words) {
    return new ParameterException(Objects.requireNonNull(spec).commandLine(), words);
  }
}
