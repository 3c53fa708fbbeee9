package org.espalier.service.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.espalier.learning.data.DataException;
import org.espalier.search.data.CtrData;
import org.espalier.search.data.CtrFolder;
import org.espalier.search.job.Contender;
import org.espalier.search.job.CtrExperiment;
import org.espalier.search.job.CtrSweep;
import org.espalier.search.job.SweepChart;
import org.espalier.search.job.SweepLog;
import org.espalier.search.job.SweepRun;
import org.espalier.search.job.SweepTable;
import org.espalier.search.model.Architecture;
import org.espalier.service.console.CommandException;
import org.espalier.service.console.Console;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/** Compares ways to prune at several budgets over several seeds. */
@Command(
    name = "sweep",
    description = {
      "Prunes a click model in every way, at every budget, with every seed, and prints the table.",
      "The data folder is that of evaluate ctr. With --out, an experiment is noted in DIR/sweep.tsv as it ends; the same"
          + " command later goes on from there. Table and chart are written beside it.",
      ""
    },
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  ./espalier evaluate sweep --data ml-100k-ctr --methods pme,uniform --keeps 0.1,0.05 --seeds 1,2,3 --distil on",
      "  ./espalier evaluate sweep --data ml-100k-ctr --seeds 1,2,3,4,5 --out sweep"
    })
final class EvaluateSweepCommand implements Callable<Integer> {

  private static final JsonMapper JSON =
      JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();

  /** Whether models learn from the log, from teachers, or in two rows of the table. */
  enum Distillation {
    ON,
    OFF,
    BOTH;

    List<Boolean> choices() {
      return switch (this) {
        case ON -> List.of(true);
        case OFF -> List.of(false);
        case BOTH -> List.of(true, false);
      };
    }
  }

  @Option(
      names = "--data",
      required = true,
      paramLabel = "DIR",
      description = "A folder with train.tsv, valid.tsv and test.tsv.")
  private @Nullable Path data;

  @Option(
      names = "--model",
      defaultValue = "deepfm",
      description = "fm, deepfm or dcn (default: ${DEFAULT-VALUE}).")
  private Architecture.Kind model = Architecture.Kind.DEEPFM;

  @Option(
      names = "--dim",
      defaultValue = "64",
      description = "Full size (default: ${DEFAULT-VALUE}).")
  private int dim;

  @Option(
      names = "--methods",
      split = ",",
      defaultValue = "pme,uniform,popularity,magnitude,mask,paper,full",
      description =
          "As of evaluate ctr; paper is pme as it was published (default: ${DEFAULT-VALUE}).")
  private List<Contender> methods = List.of();

  @Option(
      names = "--keeps",
      split = ",",
      defaultValue = "0.1,0.05,0.02,0.01",
      description = "Shares of the full size that may be stored (default: ${DEFAULT-VALUE}).")
  private List<Double> keeps = List.of();

  @Option(
      names = "--seeds",
      split = ",",
      defaultValue = "1,2,3",
      description = "A row is the mean over them (default: ${DEFAULT-VALUE}).")
  private List<Long> seeds = List.of();

  @Option(
      names = "--distil",
      defaultValue = "both",
      description = "on, off or both: two rows for each method (default: ${DEFAULT-VALUE}).")
  private Distillation distil = Distillation.BOTH;

  @Option(names = "--threads", defaultValue = "1", description = "Default: ${DEFAULT-VALUE}.")
  private int threads;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Where sweep.tsv, sweep.md and sweep.svg go; made when it is missing.")
  private @Nullable Path out;

  @Option(names = "--json", description = "One JSON object on stdout and nothing else.")
  private boolean json;

  @Spec private @Nullable CommandSpec spec;

  /** What {@code --json} prints. */
  private record Answer(String model, int dim, List<SweepTable.Row> rows, List<String> warnings) {}

  @Override
  public Integer call() {
    CtrSweep sweep = new CtrSweep(model, dim, threads);
    List<SweepRun.Cell> cells = CtrSweep.cells(methods, keeps, distil.choices(), seeds);
    try {
      sweep.check(cells);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(Objects.requireNonNull(spec).commandLine(), e.getMessage(), e);
    }
    CtrData log = CtrFolder.read(Objects.requireNonNull(data), 1);
    EvaluateCtrCommand.warn(log, Objects.requireNonNull(spec));
    SweepLog done = openLog(sweep.subject(log));
    try (SweepProgress progress = new SweepProgress(Console.ofProcess())) {
      sweep.run(new CtrExperiment(log), cells, done, progress, () -> false);
    }
    List<SweepTable.Row> rows = SweepTable.rows(done.runs());
    String table = SweepTable.markdown(rows);
    writeFiles(rows, table);
    PrintWriter stdout = Objects.requireNonNull(spec).commandLine().getOut();
    stdout.print(
        json
            ? JSON.writeValueAsString(
                    new Answer(model.name().toLowerCase(Locale.ROOT), dim, rows, log.warnings()))
                + "\n"
            : warnings(log) + table);
    stdout.flush();
    return ExitCode.OK;
  }

  private SweepLog openLog(String subject) {
    if (out == null) {
      return SweepLog.inMemory();
    }
    try {
      Files.createDirectories(out);
    } catch (IOException e) {
      throw DataException.in(out, "cannot be made: " + e.getMessage());
    }
    return SweepLog.open(out.resolve("sweep.tsv"), subject);
  }

  private void writeFiles(List<SweepTable.Row> rows, String table) {
    if (out == null) {
      return;
    }
    try {
      Files.writeString(out.resolve("sweep.md"), table);
      if (rows.stream().anyMatch(row -> row.seeds() > 0)) {
        Files.writeString(out.resolve("sweep.svg"), SweepChart.svg(rows));
      }
    } catch (IOException e) {
      throw new CommandException(out + ": the table cannot be written: " + e.getMessage());
    }
  }

  private static String warnings(CtrData log) {
    StringBuilder lines = new StringBuilder();
    log.warnings().forEach(warning -> lines.append("warning: ").append(warning).append("\n\n"));
    return lines.toString();
  }
}
