package org.espalier.service.cli;

import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** A command that only holds others: called by itself it shows what they are. */
public abstract class CommandGroup implements Callable<Integer> {

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    CommandLine here = Objects.requireNonNull(spec).commandLine();
    here.usage(here.getErr());
    return ExitCode.USAGE;
  }
}
