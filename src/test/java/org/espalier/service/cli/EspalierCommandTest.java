package org.espalier.service.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

@DisplayNameGeneration(ReplaceUnderscores.class)
class EspalierCommandTest {

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  /** Every command with the names that lead to it. */
  static List<List<String>> every_command() {
    List<List<String>> paths = new ArrayList<>();
    Deque<CommandLine> open = new ArrayDeque<>(List.of(EspalierCommand.commandLine()));
    while (!open.isEmpty()) {
      CommandLine command = open.pop();
      paths.add(
          List.of(command.getCommandSpec().qualifiedName().split(" ")).subList(1, depth(command)));
      open.addAll(command.getSubcommands().values());
    }
    return paths;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("every_command")
  void every_command_explains_itself_and_gives_examples(List<String> path) {
    List<String> arguments = new ArrayList<>(path);
    arguments.add("--help");
    assertThat(run(arguments.toArray(String[]::new))).isZero();
    assertThat(out.toString()).startsWith("Usage: espalier").contains("./espalier ");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void the_help_lists_the_commands_of_the_launcher_too() {
    run("--help");
    assertThat(out.toString()).contains("\n  test ", "\n  bench ");
  }

  @Test
  void the_version_is_the_builds() {
    assertThat(run("--version")).isZero();
    assertThat(out.toString()).matches("(?s)espalier \\d+\\.\\d+\\.\\d+.*\nJava 2\\d.*");
  }

  @Test
  void no_command_at_all_shows_the_help_on_stderr() {
    assertThat(run()).isEqualTo(2);
    assertThat(out.toString()).isEmpty();
    assertThat(err.toString()).startsWith("Usage: espalier");
  }

  @Test
  void an_unknown_command_is_wrong_usage_and_names_the_nearest() {
    assertThat(run("benhc")).isEqualTo(2);
    assertThat(out.toString()).isEmpty();
    assertThat(err.toString()).contains("benhc").contains("bench").contains("espalier --help");
  }

  @Test
  void a_command_of_the_launcher_points_to_the_launcher() {
    assertThat(run("test")).isEqualTo(2);
    assertThat(err.toString())
        .startsWith("espalier: 'test' is the launcher's: run ./espalier test\n");
  }

  private int run(String... arguments) {
    return EspalierCommand.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }

  private static int depth(CommandLine command) {
    return command.getParent() == null ? 1 : 1 + depth(command.getParent());
  }
}
