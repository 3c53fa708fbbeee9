package org.espalier.bench;

import java.util.Objects;
import org.espalier.bench.torture.TortureCommand;
import org.espalier.service.cli.CommandErrors;
import org.espalier.service.cli.CommandGroup;
import org.espalier.service.cli.CommandVersion;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code ./espalier bench}: what the machine does with our hot paths; each command prints one result. */
@Command(
    name = "espalier bench",
    description = {
      "Measures hot paths on this machine. What is compared takes turns within one run, so read ratios rather than times.",
      ""
    },
    synopsisSubcommandLabel = "WHAT",
    mixinStandardHelpOptions = true,
    versionProvider = CommandVersion.class,
    subcommands = {
      TopkCommand.class,
      GatherCommand.class,
      PublishCommand.class,
      LookupCommand.class,
      PropagateCommand.class,
      RefreshCommand.class,
      IngestCommand.class,
      FreshnessCommand.class,
      RankCommand.class,
      RecommendCommand.class,
      RestoreCommand.class,
      SoakCommand.class,
      TortureCommand.class,
      JmhCommand.class
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:done", "1:failed", "2:wrong usage"},
    footerHeading = "%nExamples:%n",
    footer = {
      "  ./espalier bench topk --rows 1000000 --dim 64 --keep 0.125",
      "  ./espalier bench gather --rows 200000 --json",
      "  ./espalier bench refresh --nodes 1000000 --edges 20000000",
      "  ./espalier bench recommend --rate 100 --seconds 300 --ingest-rate 2000 --json",
      "  ./espalier bench ingest --source kafka --kafka localhost:9092 --json",
      "  ./espalier bench freshness --events-per-s 5000 --rankings-per-s 100 --json",
      "  ./espalier bench soak --minutes 10 --json",
      "  ./espalier bench jmh -l              the small benchmarks"
    })
public final class BenchCommand extends CommandGroup {

  private BenchCommand() {}

  /** Runs one benchmark and ends the process with its exit code. */
  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  /** The whole command line, ready to execute. */
  static CommandLine commandLine() {
    CommandErrors errors = new CommandErrors();
    CommandLine bench =
        new CommandLine(new BenchCommand())
            .setParameterExceptionHandler(errors)
            .setExecutionExceptionHandler(errors)
            .setUsageHelpAutoWidth(true)
            .setCaseInsensitiveEnumValuesAllowed(true);
    // What follows "jmh" is JMH's, options that look like ours included.
    Objects.requireNonNull(bench.getSubcommands().get("jmh"))
        .setStopAtUnmatched(true)
        .setUnmatchedArgumentsAllowed(true);
    return bench;
  }
}
