package org.espalier.service.cli;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Commands that the launcher carries out before any Java runs; they stand here for their help. */
final class LauncherOnly {

  private LauncherOnly() {}

  @Command(
      name = "test",
      description = {"Runs the whole test command, mvn verify, and sums up what ran.", ""},
      mixinStandardHelpOptions = true,
      footerHeading = "%nExamples:%n",
      footer = {
        "  ./espalier test",
        "  ./espalier test -pl embeddings -am       one module and what it needs",
        "  ./espalier test -Dit.test=LauncherIT     one integration test"
      })
  static final class TestCommand extends Refusal {
    @Parameters(paramLabel = "ARG", description = "Arguments for Maven.")
    @Nullable List<String> arguments;
  }

  @Command(
      name = "bench",
      description = {"Measures hot paths on this machine; ./espalier bench --help says which.", ""},
      mixinStandardHelpOptions = true)
  static final class BenchCommand extends Refusal {
    @Parameters(paramLabel = "ARG", description = "What to measure, and how.")
    @Nullable List<String> arguments;
  }

  @Command(
      name = "torture",
      description = {
        "Kills, pauses, fills up and damages a service at work, and counts broken promises.",
        ""
      },
      mixinStandardHelpOptions = true,
      footerHeading = "%nExamples:%n",
      footer = "  ./espalier torture --minutes 10 --seed 1 --json")
  static final class TortureCommand extends Refusal {
    @Parameters(paramLabel = "ARG", description = "How long, and from which seed.")
    @Nullable List<String> arguments;
  }

  abstract static class Refusal implements Runnable {
    @Spec private @Nullable CommandSpec spec;

    @Override
    public void run() {
      CommandSpec here = Objects.requireNonNull(spec);
      throw new ParameterException(
          here.commandLine(),
          "'" + here.name() + "' is the launcher's: run ./espalier " + here.name());
    }
  }
}
