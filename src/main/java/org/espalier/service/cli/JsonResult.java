package org.espalier.service.cli;

import java.io.PrintWriter;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;
import tools.jackson.databind.json.JsonMapper;

/** Prints what came of a command, for a person or as one JSON object. */
final class JsonResult {

  @Option(names = "--json", description = "One JSON object on stdout and nothing else.")
  private boolean json;

  @Spec(Target.MIXEE)
  private @Nullable CommandSpec command;

  /**
   * @param fields in their order
   * @param text the same for a person, with its line ends
   */
  void print(Map<String, ?> fields, String text) {
    PrintWriter out = Objects.requireNonNull(command).commandLine().getOut();
    out.print(json ? JsonMapper.shared().writeValueAsString(fields) + "\n" : text);
    out.flush();
  }
}
