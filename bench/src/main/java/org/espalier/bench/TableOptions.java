package org.espalier.bench;

import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.espalier.embeddings.table.Encoding;
import org.espalier.service.console.Console;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** Which table a benchmark works on, and for how long. */
final class TableOptions {

  private static final int ROWS_MAX = 100_000_000;
  private static final int DIM_MAX = 4096;

  @Option(
      names = "--rows",
      defaultValue = "1000000",
      description = "Rows of the table (default: ${DEFAULT-VALUE}).")
  private int rows;

  @Option(
      names = "--dim",
      defaultValue = "64",
      description = "Full size, the model dimension (default: ${DEFAULT-VALUE}).")
  private int dim;

  @Option(
      names = "--keep",
      defaultValue = "1",
      description =
          "Share of the full-size table's values that is kept, above 0 up to 1. Below 1, sizes are mixed: the more popular a"
              + " row, the longer (default: ${DEFAULT-VALUE}).")
  private double keep;

  @Option(
      names = "--encoding",
      defaultValue = "fp32",
      description = "How values are stored: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private Encoding encoding = Encoding.FP32;

  @Option(
      names = "--seed",
      defaultValue = "1",
      description = "Same seed, same rows and queries (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--seconds",
      defaultValue = "5",
      description = "How long to measure, after warming up (default: ${DEFAULT-VALUE}).")
  private double seconds;

  @Spec(Target.MIXEE)
  private @Nullable CommandSpec command;

  /** Refuses what cannot be measured. */
  void check() {
    require(rows >= 1 && rows <= ROWS_MAX, "--rows", rows, "1 to " + ROWS_MAX);
    require(dim >= 1 && dim <= DIM_MAX, "--dim", dim, "1 to " + DIM_MAX);
    require(keep > 0 && keep <= 1, "--keep", keep, "above 0 up to 1");
    require(seconds > 0 && seconds <= 3600, "--seconds", seconds, "above 0 up to 3600");
  }

  /** Fails with wrong usage unless an option's value holds. */
  void require(boolean holds, String option, Object value, String allowed) {
    if (!holds) {
      throw new ParameterException(
          Objects.requireNonNull(command).commandLine(),
          "%s=%s is not %s".formatted(option, value, allowed));
    }
  }

  int rows() {
    return rows;
  }

  int dim() {
    return dim;
  }

  long seed() {
    return seed;
  }

  double seconds() {
    return seconds;
  }

  /** Whether sizes are mixed. */
  boolean pruned() {
    return keep < 1;
  }

  /** The table that was asked for. */
  SampleTable table() {
    return table(keep);
  }

  /** The same rows at full size. */
  SampleTable fullTable() {
    return table(1);
  }

  private SampleTable table(double share) {
    int[] sizes = SizeMix.popularityShaped(rows, dim, share);
    try (var progress = Console.ofProcess().progress("Filling the table", rows)) {
      return SampleTable.fill(dim, sizes, encoding, seed, progress);
    }
  }

  /** Writes down what was measured. */
  void describe(Map<String, Object> fields) {
    fields.put("rows", rows);
    fields.put("dim", dim);
    fields.put("keep", keep);
    fields.put("encoding", encoding.name().toLowerCase(Locale.ROOT));
    fields.put("seed", seed);
  }
}
