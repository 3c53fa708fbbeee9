package org.espalier.service.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.SequencedMap;
import java.util.concurrent.Callable;
import org.espalier.learning.mf.MfLoss;
import org.espalier.search.job.Candidate;
import org.espalier.search.job.LogSnapshot;
import org.espalier.search.job.ReportPage;
import org.espalier.search.job.SearchJob;
import org.espalier.search.job.SearchReport;
import org.espalier.search.job.SearchResult;
import org.espalier.search.job.SearchSpec;
import org.espalier.search.retrieval.PruneSpec;
import org.espalier.search.size.Method;
import org.espalier.service.console.CommandException;
import org.espalier.service.console.Console;
import org.espalier.service.console.RetrievalTable;
import org.espalier.service.platform.Activation;
import org.espalier.service.platform.StartFailedException;
import org.espalier.service.training.SearchStore;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/** Searches sizes on the log of a service that is not running. */
@Command(
    name = "search",
    description = {
      "Finds the size that each user and item earns, from all events of a stopped service, and writes the pruned tables as"
          + " a candidate generation.",
      "The log is copied first, and the service may run again while the search works on its copy; it has to be stopped"
          + " when the candidate is written. A search that was interrupted goes on where it was when the command is given"
          + " again; to forget it, delete its work folder.",
      ""
    },
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  ./espalier search --keep 0.1",
      "  ./espalier search --data-dir /var/lib/espalier --keep 0.05 --activate --max-drop 0.01",
      "  ./espalier search --keep 0.5 --auto-budget 0.005",
      "  ./espalier search --keep 0.1 --threads 2 --duty 0.5 --report search.html --json"
    })
final class SearchCommand implements Callable<Integer> {

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      description = "The service's data folder (default: espalier-data).")
  private @Nullable Path dataDir;

  @Option(
      names = "--keep",
      defaultValue = "0.1",
      description =
          "Share of the full-size tables' numbers that may be stored, above 0 up to 1 (default: ${DEFAULT-VALUE}).")
  private double keep;

  @Option(
      names = "--auto-budget",
      paramLabel = "NDCG",
      description =
          "Take the smallest budget that loses no more NDCG@20 than this against the full size, on the events that"
              + " choose; --keep is then the largest that is tried.")
  private @Nullable Double autoBudget;

  @Option(
      names = "--method",
      defaultValue = "pme",
      description =
          "How sizes are found: pme, popularity, uniform or full (default: ${DEFAULT-VALUE}).")
  private Method method = Method.PME;

  @Option(
      names = "--loss",
      defaultValue = "als",
      description = "Of the full-size model: bpr, softmax or als (default: ${DEFAULT-VALUE}).")
  private MfLoss loss = MfLoss.ALS;

  @Option(
      names = "--dim",
      defaultValue = "64",
      description = "Full size (default: ${DEFAULT-VALUE}).")
  private int dim;

  @Option(
      names = "--teacher",
      defaultValue = "trained",
      description =
          "Whose scores the candidate learns: trained, a full-size model of the whole log that the search trains; or"
              + " active, the generation that serves, which must be one of the same loss and size (default:"
              + " ${DEFAULT-VALUE}).")
  private SearchSpec.Teacher teacher = SearchSpec.Teacher.TRAINED;

  @Option(
      names = "--seed",
      defaultValue = "1",
      description = "Same seed and log, same tables (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(names = "--threads", defaultValue = "1", description = "Default: ${DEFAULT-VALUE}.")
  private int threads;

  @Option(
      names = "--duty",
      defaultValue = "1",
      paramLabel = "SHARE",
      description =
          "The share of the time in which it works, above 0 up to 1; it rests in between (default: ${DEFAULT-VALUE}).")
  private double duty;

  @Option(
      names = "--held-out",
      defaultValue = "0.1",
      paramLabel = "SHARE",
      description =
          "The latest share of the events, which measures; the same share before it chooses (default:"
              + " ${DEFAULT-VALUE}).")
  private double heldOut;

  @Option(
      names = "--memory",
      paramLabel = "MB",
      description =
          "Refuse a search that needs more by its own estimate (default: half of the heap).")
  private @Nullable Integer memoryMb;

  @Option(names = "--activate", description = "Make the candidate the generation that serves.")
  private boolean activate;

  @Option(
      names = "--max-drop",
      defaultValue = "1",
      paramLabel = "NDCG",
      description =
          "With --activate: only when it loses no more NDCG@20 than this against the full size (default: any).")
  private double maxDrop;

  @Option(
      names = "--work",
      paramLabel = "DIR",
      description = "Where unfinished searches are kept (default: search in the data folder).")
  private @Nullable Path work;

  @Option(
      names = "--report",
      paramLabel = "FILE",
      description = "Also write the report as a page; it is always in reports of the data folder.")
  private @Nullable Path reportFile;

  @Option(
      names = "-D",
      paramLabel = "KEY=VALUE",
      description = "Any setting of the service, as -Despalier.interactions.default-weight=0.")
  private Map<String, String> others = new LinkedHashMap<>();

  @Option(names = "--json", description = "One JSON object on stdout and nothing else.")
  private boolean json;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    SearchSpec search = searchSpec();
    Map<String, String> settings = settings();
    Path data = Objects.requireNonNullElse(dataDir, Path.of("espalier-data")).toAbsolutePath();
    Path workFolder = work == null ? data.resolve("search") : work;
    SearchResult result;
    try (SearchProgress progress = new SearchProgress(Console.ofProcess())) {
      SearchJob job = new SearchJob(search, workFolder, progress, () -> false);
      result =
          job.run(
              reading -> read(search, settings, reading), candidate -> write(settings, candidate));
    }
    return switch (result) {
      case SearchResult.Done done -> finish(done, data, settings);
      case SearchResult.Cancelled _ -> throw new CommandException("the search was cancelled");
    };
  }

  private SearchSpec searchSpec() {
    try {
      SearchSpec usual = SearchSpec.of(method, keep, seed);
      long memory = memoryMb == null ? usual.memoryBytesMax() : memoryMb * 1_048_576L;
      return new SearchSpec(
          PruneSpec.of(method, keep, seed),
          autoBudget == null ? OptionalDouble.empty() : OptionalDouble.of(autoBudget),
          loss,
          dim,
          teacher,
          threads,
          duty,
          heldOut,
          memory);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(
          Objects.requireNonNull(spec).commandLine(), String.valueOf(e.getMessage()), e);
    }
  }

  private Map<String, String> settings() {
    Map<String, String> settings = new LinkedHashMap<>(others);
    settings.put("spring.main.web-application-type", "none");
    settings.put("logging.threshold.console", "warn");
    if (dataDir != null) {
      settings.put("espalier.data-dir", dataDir.toString());
    }
    return settings;
  }

  private static LogSnapshot read(
      SearchSpec search, Map<String, String> settings, LogSnapshot.Progress progress) {
    try (RunningService service = RunningService.start(settings)) {
      return service.part(SearchStore.class).read(search, progress);
    }
  }

  private static int write(Map<String, String> settings, Candidate candidate) {
    try (RunningService service = RunningService.start(settings)) {
      return service.part(SearchStore.class).write(candidate);
    } catch (StartFailedException e) {
      throw new CommandException(
          e.getMessage()
              + "; the search is done but for writing its candidate: stop the service and give the command again");
    }
  }

  private int finish(SearchResult.Done done, Path data, Map<String, String> settings)
      throws IOException {
    SearchReport report = done.report();
    Path page = writeReports(done, data);
    boolean good = report.drop() <= maxDrop;
    boolean activated = activate && good;
    if (activated) {
      try (RunningService service = RunningService.start(settings)) {
        service.part(Activation.class).activate(done.generation());
      }
    }
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    out.print(
        json
            ? JsonMapper.shared().writeValueAsString(fields(done, activated)) + "\n"
            : summary(done, activated, page));
    out.flush();
    if (activate && !good) {
      throw new CommandException(
          String.format(
              Locale.ROOT,
              "generation %d loses %.4f NDCG@20, more than %s, and is not active",
              done.generation(),
              report.drop(),
              maxDrop));
    }
    return ExitCode.OK;
  }

  /** Writes the report beside the data, and where it was asked for; returns the page. */
  private Path writeReports(SearchResult.Done done, Path data) throws IOException {
    Path folder = Files.createDirectories(data.resolve("reports"));
    String name = "search-" + done.generation();
    String page = ReportPage.html(done.report());
    Files.writeString(
        folder.resolve(name + ".json"),
        JsonMapper.shared().writeValueAsString(done.report().fields()) + "\n");
    if (reportFile != null) {
      Files.writeString(reportFile, page);
    }
    return Files.writeString(folder.resolve(name + ".html"), page);
  }

  private static SequencedMap<String, Object> fields(SearchResult.Done done, boolean activated) {
    SequencedMap<String, Object> fields = done.report().fields();
    fields.putFirst("activated", activated);
    fields.putFirst("generation", done.generation());
    return fields;
  }

  private static String summary(SearchResult.Done done, boolean activated, Path page) {
    SearchReport report = done.report();
    RetrievalTable table = new RetrievalTable();
    report
        .test()
        .forEach((model, metrics) ->
            table.row(
                model.equals(SearchReport.SEARCHED)
                    ? report.method() + ", keep " + report.keep()
                    : model,
                metric -> metrics.getOrDefault(metric.label(), Double.NaN)));
    return String.format(
        Locale.ROOT,
        "Generation %d is %s: %,d users and %,d items, %,d numbers of %,d allowed, %,d bytes; the full size takes %,d.%n"
            + "The teacher was %s, %.1f s.%n%nMeasured on the latest events, without them in training:%n%n%s%nThe report: %s%n",
        done.generation(),
        activated ? "active" : "a candidate",
        report.users(),
        report.items(),
        report.stored(),
        report.budget(),
        report.embeddingBytes(),
        report.fullBytes(),
        report.teacher().generation().isPresent()
            ? "generation " + report.teacher().generation().getAsInt()
            : "trained on all events",
        report.teacher().seconds(),
        table,
        page);
  }
}
