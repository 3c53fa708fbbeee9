package org.espalier.service.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.espalier.embeddings.exchange.Form;
import org.espalier.embeddings.exchange.GenerationExport;
import org.espalier.embeddings.exchange.NewFolder;
import org.espalier.embeddings.store.Store;
import org.espalier.embeddings.store.StoreOptions;
import org.espalier.service.console.CommandException;
import org.espalier.service.console.Console;
import org.espalier.service.platform.EspalierProperties;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Writes a generation's tables to files. */
@Command(
    name = "export",
    description = {
      "Writes a generation's vectors to files, with the ids that events and items have.",
      "The service must not be running on the data folder.",
      ""
    },
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  ./espalier export --out vectors",
      "  ./espalier export --data-dir /var/lib/espalier --table item --format ndjson --out items"
    })
final class ExportCommand implements Callable<Integer> {

  @Option(
      names = "--data-dir",
      defaultValue = "${env:ESPALIER_DATA_DIR:-espalier-data}",
      paramLabel = "DIR",
      description = "The service's data folder (default: ${DEFAULT-VALUE}).")
  private @Nullable Path dataDir;

  @Option(names = "--generation", description = "Its number (default: the active one).")
  private @Nullable Integer generation;

  @Option(
      names = "--table",
      paramLabel = "NAME",
      description = "item or user; may be given twice (default: all).")
  private List<String> tables = List.of();

  @Option(
      names = "--format",
      defaultValue = "npy",
      description =
          "npy: a matrix and a file of ids; ndjson: a line of JSON a vector; stored: a line of JSON a row, at the size that"
              + " it has (default: ${DEFAULT-VALUE}).")
  private Form form = Form.NPY;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "The folder to make; missing or empty.")
  private @Nullable Path out;

  @Option(names = "--json", description = "One JSON object on stdout and nothing else.")
  private boolean json;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    Path from = Objects.requireNonNull(dataDir);
    Path target = Objects.requireNonNull(out);
    Path storeDir = EspalierProperties.storeDir(from);
    if (!Store.isAt(storeDir)) {
      throw new CommandException(from + " is no data folder; name one with --data-dir");
    }
    try (Store store = Store.open(storeDir, StoreOptions.defaults());
        NewFolder folder = NewFolder.at(target)) {
      int number =
          generation != null
              ? generation
              : store
                  .generations()
                  .active()
                  .orElseThrow(() ->
                      new CommandException(
                          "%s has no active generation; train one first".formatted(from)));
      long rows;
      try (StepBars bars = new StepBars(Console.ofProcess())) {
        rows = GenerationExport.write(store, number, tables, form, folder.path(), bars);
      } catch (IllegalArgumentException e) {
        throw new CommandException(String.valueOf(e.getMessage()), e);
      }
      folder.keep();
      print(number, rows, target);
    }
    return ExitCode.OK;
  }

  private void print(int number, long rows, Path target) {
    PrintWriter printer = Objects.requireNonNull(spec).commandLine().getOut();
    printer.printf(
        Locale.ROOT,
        json
            ? "{\"generation\":%d,\"rows\":%d}%n"
            : "generation %d: %,d vectors are in " + target + "%n",
        number,
        rows);
    printer.flush();
  }
}
