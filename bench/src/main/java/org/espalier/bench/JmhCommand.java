package org.espalier.bench;

import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.espalier.service.console.CommandException;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.Main;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Hands its arguments to JMH as they are. */
@Command(
    name = "jmh",
    description = {"Runs the JMH benchmarks; all arguments are JMH's.", ""},
    customSynopsis = "espalier bench jmh [ARG...]",
    footerHeading = "%nExamples:%n",
    footer = {
      "  ./espalier bench jmh -l                      list them",
      "  ./espalier bench jmh Float -wi 1 -i 3 -f 1   run those whose name matches, shortly",
      "  ./espalier bench jmh -h                      all that JMH takes"
    })
final class JmhCommand implements Callable<Integer> {

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    var arguments = Objects.requireNonNull(spec).commandLine().getUnmatchedArguments();
    try {
      Main.main(arguments.toArray(String[]::new));
    } catch (IOException e) {
      throw new CommandException("JMH failed: " + e.getMessage(), e);
    }
    return ExitCode.OK;
  }
}
