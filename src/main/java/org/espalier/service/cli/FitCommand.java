package org.espalier.service.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.espalier.embeddings.exchange.GenerationImport;
import org.espalier.embeddings.exchange.IdentifiedVectors;
import org.espalier.embeddings.exchange.NewFolder;
import org.espalier.embeddings.fit.Fit;
import org.espalier.embeddings.fit.FitReport;
import org.espalier.embeddings.fit.FitSpec;
import org.espalier.embeddings.kernel.FloatKernels;
import org.espalier.embeddings.store.Field;
import org.espalier.embeddings.store.ManifestDraft;
import org.espalier.embeddings.store.Provenance;
import org.espalier.embeddings.store.Store;
import org.espalier.embeddings.store.StoreOptions;
import org.espalier.embeddings.table.Encoding;
import org.espalier.embeddings.table.MultiSizeTable;
import org.espalier.embeddings.table.VectorSource;
import org.espalier.service.console.CommandException;
import org.espalier.service.console.Console;
import org.espalier.service.platform.EspalierProperties;
import org.espalier.service.platform.MfGeneration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/** Makes a data folder of vectors made elsewhere, shortened to a budget. */
@Command(
    name = "fit",
    description = {
      "Shortens item vectors made elsewhere to a budget, and makes a data folder that serve can serve.",
      "Every item keeps the coordinates that move its scores most; queries stay as they are. Without queries the vectors'"
          + " own spread decides.",
      ""
    },
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  ./espalier fit --items items.npy --ids items.txt --keep 0.1 --out fitted",
      "  ./espalier fit --items items.npy --ids items.txt --queries users.npy --query-ids users.txt --out fitted",
      "  ./espalier serve --data-dir fitted"
    })
final class FitCommand implements Callable<Integer> {

  static final String MODEL = "fit";

  private static final JsonMapper JSON =
      JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();

  /** What --json prints. */
  private record Report(String out, int generation, int queries, int users, FitReport fit) {}

  @Mixin private VectorFiles files = new VectorFiles();

  @Option(
      names = "--keep",
      defaultValue = "0.1",
      paramLabel = "SHARE",
      description =
          "Share of the vectors' numbers that may be stored, the rotation included, above 0 up to 1 (default:"
              + " ${DEFAULT-VALUE}).")
  private double keep;

  @Option(
      names = "--sizes",
      split = ",",
      paramLabel = "SIZE",
      description = "Sizes that rows may have (default: 0,1,2,4,8 ... up to the full size).")
  private int @Nullable [] sizes;

  @Option(
      names = "--encoding",
      defaultValue = "fp32",
      description = "How rows are stored: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private Encoding encoding = Encoding.FP32;

  @Option(
      names = "--measure",
      defaultValue = "100",
      paramLabel = "QUERIES",
      description =
          "How many queries the result is compared on, 0 for none (default: ${DEFAULT-VALUE}).")
  private int measured;

  @Option(
      names = "--seed",
      defaultValue = "1",
      description = "Of the choice of these queries (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "The data folder to make; missing or empty.")
  private @Nullable Path out;

  @Option(names = "--json", description = "One JSON object on stdout and nothing else.")
  private boolean json;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    fitSpec(1); // wrong usage comes before bad files
    try (IdentifiedVectors items = files.openItems();
        IdentifiedVectors queries = files.openQueries();
        NewFolder folder = NewFolder.at(Objects.requireNonNull(out))) {
      Report report = write(folder.path(), items, queries);
      folder.keep();
      print(report);
    } catch (IllegalArgumentException e) {
      throw new CommandException(String.valueOf(e.getMessage()), e);
    }
    return ExitCode.OK;
  }

  private FitSpec fitSpec(int dim) {
    try {
      int[] allowed = sizes == null ? FitSpec.defaultSizes(dim) : sizes;
      return new FitSpec(keep, allowed, encoding, measured, seed);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(
          Objects.requireNonNull(spec).commandLine(), String.valueOf(e.getMessage()), e);
    }
  }

  private Report write(Path folder, IdentifiedVectors items, @Nullable IdentifiedVectors queries) {
    try (Store store = Store.open(EspalierProperties.storeDir(folder), StoreOptions.defaults())) {
      return fit(store, items, queries);
    }
  }

  private Report fit(Store store, IdentifiedVectors items, @Nullable IdentifiedVectors queries) {
    VectorSource queryVectors = queries == null ? null : queries.vectors();
    FitSpec fitSpec = fitSpec(items.vectors().dim());
    Fit.Fitted fitted;
    try (StepBars bars = new StepBars(Console.ofProcess())) {
      String field = Field.ENTITY.name();
      int[] tokens = GenerationImport.tokens(store, field, items.ids());
      fitted =
          Fit.fit(MfGeneration.ITEMS, field, tokens, items.vectors(), queryVectors, fitSpec, bars);
    }
    List<MultiSizeTable> tables = new ArrayList<>(List.of(fitted.table()));
    int users = queries == null ? 0 : queries.ids().size();
    if (queries != null && users > 0) {
      tables.add(GenerationImport.table(store, MfGeneration.USERS, Field.USER.name(), queries));
    }
    int generation = GenerationImport.commit(store, tables, draft(fitted.report()));
    store.generations().activate(generation, OptionalInt.empty());
    return new Report(
        String.valueOf(out),
        generation,
        queryVectors == null ? 0 : queryVectors.count(),
        users,
        fitted.report());
  }

  private ManifestDraft draft(FitReport report) {
    FitReport.Quality quality = report.quality();
    return new ManifestDraft(
        Instant.now(),
        MODEL,
        report.dim(),
        Map.of("keep", keep, "encoding", encoding.name(), "price", report.price()),
        quality == null
            ? Map.of("keep", report.keepGot())
            : Map.of(
                "keep", report.keepGot(),
                "overlap@10", quality.overlapAt10(),
                "overlap@100", quality.overlapAt100(),
                "score_error", quality.scoreError()),
        new Provenance(
            seed, 0, 0, CommandVersion.espalier(), FloatKernels.best().name(), List.of()));
  }

  private void print(Report report) {
    PrintWriter printer = Objects.requireNonNull(spec).commandLine().getOut();
    if (json) {
      printer.println(JSON.writeValueAsString(report));
    } else {
      printer.print(summary(report));
    }
    printer.flush();
  }

  private static String summary(Report report) {
    FitReport fit = report.fit();
    FitReport.Quality quality = fit.quality();
    return String.format(
            Locale.ROOT,
            """
            %,d items of %d dimensions keep %.4f of their numbers (%.4f asked): %,d of %,d bytes
            items by size: %s; size 0 stands for %s
            """,
            fit.items(),
            fit.dim(),
            fit.keepGot(),
            fit.keepAsked(),
            fit.bytes(),
            fit.fullBytes(),
            fit.groups().stream()
                .map(group -> "%d of %d".formatted(group.rows(), group.size()))
                .collect(Collectors.joining(", ")),
            fit.meanDefault() ? "their mean" : "zero")
        + (quality == null
            ? ""
            : String.format(
                Locale.ROOT,
                "on %d queries %.1f%% of the exact top 10 and %.1f%% of the top 100 are kept; scores are off by %.1f%%%n",
                quality.queries(),
                100 * quality.overlapAt10(),
                100 * quality.overlapAt100(),
                100 * quality.scoreError()))
        + String.format(
            Locale.ROOT,
            "%.1f s; go on with ./espalier serve --data-dir %s%n",
            fit.seconds(),
            report.out());
  }
}
