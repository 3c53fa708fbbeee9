package org.espalier.service.cli;

import java.io.PrintWriter;
import org.espalier.embeddings.exchange.ExchangeException;
import org.espalier.embeddings.store.StoreException;
import org.espalier.learning.data.DataException;
import org.espalier.search.job.SearchException;
import org.espalier.search.size.NoRoomException;
import org.espalier.service.console.CommandException;
import org.espalier.service.platform.StartFailedException;
import org.espalier.service.training.TrainingException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Says what went wrong in one line on stderr; only a defect of ours shows a stack trace. */
public final class CommandErrors implements IParameterExceptionHandler, IExecutionExceptionHandler {

  @Override
  public int handleParseException(ParameterException wrong, String[] args) {
    CommandLine command = wrong.getCommandLine();
    PrintWriter err = command.getErr();
    err.println("espalier: " + oneLine(wrong.getMessage()));
    UnmatchedArgumentException.printSuggestions(wrong, err);
    err.println("See " + command.getCommandSpec().qualifiedName() + " --help");
    return ExitCode.USAGE;
  }

  @Override
  public int handleExecutionException(Exception failure, CommandLine command, ParseResult parsed) {
    PrintWriter err = command.getErr();
    switch (failure) {
      case CommandException _,
          StartFailedException _,
          TrainingException _,
          SearchException _,
          NoRoomException _,
          DataException _,
          ExchangeException _,
          StoreException _ ->
          err.println("espalier: " + oneLine(failure.getMessage()));
      default -> {
        err.println("espalier: this is a bug: " + failure);
        failure.printStackTrace(err);
      }
    }
    return ExitCode.SOFTWARE;
  }

  private static String oneLine(@Nullable String message) {
    return message == null ? "failed" : message.strip().replaceAll("\\s*\\R\\s*", "; ");
  }
}
