package org.espalier.bench;

import java.io.PrintWriter;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;
import tools.jackson.databind.json.JsonMapper;

/** How a benchmark prints what it found: fields by name, as lines or as one JSON object. */
public final class ResultOptions {

  @Option(names = "--json", description = "One JSON object on stdout and nothing else.")
  private boolean json;

  @Spec(Target.MIXEE)
  private @Nullable CommandSpec command;

  /** Prints the fields in their order; numbers keep six significant digits. */
  public void print(SequencedMap<String, Object> fields) {
    fields.replaceAll((_, value) -> rounded(value));
    PrintWriter out = Objects.requireNonNull(command).commandLine().getOut();
    out.print(json ? JsonMapper.shared().writeValueAsString(fields) + "\n" : lines(fields));
    out.flush();
  }

  private static String lines(Map<String, Object> fields) {
    int width = fields.keySet().stream().mapToInt(String::length).max().orElse(0);
    StringBuilder text = new StringBuilder();
    fields.forEach((name, value) ->
        text.append(name)
            .repeat(' ', width - name.length() + 2)
            .append(value instanceof Double number ? plain(number) : value)
            .append('\n'));
    return text.toString();
  }

  private static String plain(double number) {
    return new BigDecimal(Double.toString(number)).toPlainString();
  }

  private static Object rounded(Object value) {
    return value instanceof Double number && Double.isFinite(number)
        ? new BigDecimal(number).round(new MathContext(6)).doubleValue()
        : value;
  }
}
