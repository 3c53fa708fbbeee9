package org.espalier.service.cli;

import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line's root; {@link #main} is what the launcher starts. */
@Command(
    name = "espalier",
    description = {
      "Takes in events, keeps embeddings of the size that each earns, and answers ranking requests.",
      ""
    },
    synopsisSubcommandLabel = "COMMAND",
    mixinStandardHelpOptions = true,
    versionProvider = CommandVersion.class,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:done", "1:failed", "2:wrong usage"},
    footerHeading = "%nExamples:%n",
    footer = {
      "  ./espalier demo                    see it work on a sample world",
      "  ./espalier COMMAND --help          what a command takes"
    })
public final class EspalierCommand extends CommandGroup {

  private static final List<Class<?>> COMMANDS =
      List.of(
          DemoCommand.class,
          ServeCommand.class,
          TrainCommand.class,
          SearchCommand.class,
          PropagateCommand.class,
          AdminCommand.class,
          KeysCommand.class,
          EvaluateCommand.class,
          FitCommand.class,
          ExportCommand.class,
          ImportCommand.class,
          BackupCommand.class,
          RestoreCommand.class,
          VerifyCommand.class,
          DoctorCommand.class,
          LauncherOnly.TestCommand.class,
          LauncherOnly.BenchCommand.class,
          LauncherOnly.TortureCommand.class);

  private EspalierCommand() {}

  /** Runs one command and ends the process with its exit code. */
  public static void main(String[] args) {
    int code = commandLine(args).execute(args);
    System.exit(code);
  }

  /** The whole command line, ready to execute. */
  static CommandLine commandLine() {
    return commandLine(COMMANDS);
  }

  /** With the command alone that is called: to know all of them takes a twentieth of a service's start. */
  private static CommandLine commandLine(String... args) {
    List<Class<?>> called =
        COMMANDS.stream().filter(c -> args.length > 0 && name(c).equals(args[0])).toList();
    return called.isEmpty() ? commandLine() : commandLine(called);
  }

  private static String name(Class<?> command) {
    return command.getAnnotation(Command.class).name();
  }

  private static CommandLine commandLine(List<Class<?>> commands) {
    CommandLine line = new CommandLine(new EspalierCommand());
    commands.forEach(line::addSubcommand);
    CommandErrors errors = new CommandErrors();
    return line.setParameterExceptionHandler(errors)
        .setExecutionExceptionHandler(errors)
        .setUsageHelpAutoWidth(true)
        .setCaseInsensitiveEnumValuesAllowed(true);
  }
}
