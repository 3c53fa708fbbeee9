package org.espalier.service.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import org.espalier.embeddings.fit.FitReport;
import org.espalier.embeddings.table.Encoding;
import org.espalier.learning.metric.RetrievalMetric;
import org.espalier.service.console.CommandException;
import org.espalier.service.console.Console;
import org.espalier.service.console.RetrievalTable;
import org.espalier.service.platform.Activation;
import org.espalier.service.platform.EspalierProperties;
import org.espalier.service.propagation.PropagationPlan;
import org.espalier.service.propagation.PropagationPlan.ItemFit;
import org.espalier.service.propagation.PropagationPlan.Model;
import org.espalier.service.propagation.PropagationPlan.Preset;
import org.espalier.service.propagation.PropagationResult;
import org.espalier.service.propagation.PropagationResult.Made;
import org.espalier.service.propagation.PropagationTrainer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/** Propagates over the graph of a service that is not running. */
@Command(
    name = "propagate",
    description = {
      "Trains a propagator on all events and triples of a stopped service, and writes the vectors of users and items and"
          + " the propagator as a new generation.",
      "Once that serves, the vectors follow what comes in. With --fastrp nothing is trained, and there are useful vectors"
          + " within seconds.",
      ""
    },
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  ./espalier propagate --fastrp --activate",
      "  ./espalier propagate --data-dir /var/lib/espalier --layers 64,32 --threads 4",
      "  ./espalier propagate --model lightgcn --json"
    })
final class PropagateCommand implements Callable<Integer> {

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      description = "The service's data folder (default: espalier-data).")
  private @Nullable Path dataDir;

  @Option(
      names = "--model",
      defaultValue = "kgat",
      description =
          "kgat: attention over interactions and triples; lightgcn: layers over the interactions; fastrp: random"
              + " projections of the graph, untrained (default: ${DEFAULT-VALUE}).")
  private Model model = Model.KGAT;

  @Option(names = "--fastrp", description = "The same as --model fastrp.")
  private boolean fastrp;

  @Option(
      names = "--preset",
      description =
          "Of kgat: best (from histories, the best in offline metrics) or paper (layers of attention; default: best, or"
              + " paper with --layers, --dim or --batch).")
  private @Nullable Preset preset;

  @Option(
      names = "--layers",
      split = ",",
      description = "Of kgat's preset paper: the layers' sizes (default: 64).")
  private @Nullable List<Integer> layers;

  @Option(
      names = "--dim",
      description = "Length of the vectors before the first layer (default: 64; fastrp 512).")
  private @Nullable Integer dim;

  @Option(
      names = "--batch",
      description = "Of lightgcn and kgat's preset paper: samples of a step (default: 2048).")
  private @Nullable Integer batch;

  @Option(names = "--epochs", description = "At most so many (default: the preset's own).")
  private @Nullable Integer epochsMax;

  @Option(names = "--no-kg", description = "Leave the triples aside.")
  private boolean withoutKg;

  @Option(
      names = "--seed",
      defaultValue = "1",
      description = "Same seed and log, same vectors (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(names = "--threads", description = "At most so many (default: all processors).")
  private @Nullable Integer threads;

  @Option(
      names = "--held-out",
      defaultValue = "0.1",
      paramLabel = "SHARE",
      description =
          "The share of the events to measure on, 0 for none (default: ${DEFAULT-VALUE}).")
  private double heldOut;

  @Option(
      names = "--memory",
      paramLabel = "MB",
      description =
          "Refuse a training that needs more by its own estimate (default: half of the heap).")
  private @Nullable Integer memoryMb;

  @Option(
      names = "--fit-keep",
      paramLabel = "SHARE",
      description =
          "Serve item vectors shortened to this share of their numbers, the rotation included, above 0 up to 1.")
  private @Nullable Double fitKeep;

  @Option(
      names = "--fit-encoding",
      defaultValue = "fp32",
      description =
          "With --fit-keep, how rows are stored: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private Encoding fitEncoding = Encoding.FP32;

  @Option(names = "--activate", description = "Make it the generation that serves.")
  private boolean activate;

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
    PropagationPlan plan = plan();
    Map<String, String> settings = new LinkedHashMap<>(others);
    settings.put("spring.main.web-application-type", "none");
    settings.put("logging.threshold.console", "warn");
    settings.put("espalier.refresh.enabled", "false"); // nobody asks this process for rankings
    if (dataDir != null) {
      settings.put("espalier.data-dir", dataDir.toString());
    }
    try (RunningService service = RunningService.start(settings)) {
      Made made = make(service, plan);
      if (activate) {
        service.part(Activation.class).activate(made.generation());
      }
      report(made);
    }
    return ExitCode.OK;
  }

  private static Made make(RunningService service, PropagationPlan plan) throws IOException {
    Path folder = Files.createDirectories(service.part(EspalierProperties.class).workDir());
    try (PropagationProgress progress = new PropagationProgress(Console.ofProcess())) {
      PropagationTrainer trainer = service.part(PropagationTrainer.class);
      return switch (trainer.make(plan, folder, progress, service::stopping)) {
        case Made made -> made;
        case PropagationResult.Cancelled _ ->
            throw new CommandException("the propagation was cancelled");
      };
    }
  }

  private PropagationPlan plan() {
    try {
      return PropagationPlan.of(
          fastrp ? Model.FASTRP : model,
          preset,
          layers,
          dim,
          batch,
          epochsMax,
          !withoutKg,
          seed,
          threads == null ? Runtime.getRuntime().availableProcessors() : threads,
          heldOut,
          memoryMb,
          fitKeep == null ? null : new ItemFit(fitKeep, fitEncoding));
    } catch (IllegalArgumentException e) {
      throw new ParameterException(
          Objects.requireNonNull(spec).commandLine(), String.valueOf(e.getMessage()), e);
    }
  }

  private void report(Made made) {
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    out.print(json ? JsonMapper.shared().writeValueAsString(fields(made)) + "\n" : summary(made));
    out.flush();
  }

  private SequencedMap<String, Object> fields(Made made) {
    SequencedMap<String, Object> fields = new LinkedHashMap<>();
    fields.put("generation", made.generation());
    fields.put("activated", activate);
    fields.put("model", modelName());
    fields.put("users", made.users());
    fields.put("items", made.items());
    fields.put("entities", made.entities());
    fields.put("interactions", made.interactions());
    fields.put("triples", made.triples());
    fields.put("epochs", made.epochs());
    fields.put("refreshed", made.refreshed());
    made.fit()
        .ifPresent(fit -> {
          fields.put("fit_keep_stored", fit.keepGot());
          fields.put("fit_bytes", fit.bytes());
        });
    fields.put("seconds", made.took().toMillis() * 1e-3);
    fields.putAll(made.metrics());
    return fields;
  }

  private String modelName() {
    return (fastrp ? Model.FASTRP : model).name().toLowerCase(Locale.ROOT);
  }

  private String summary(Made made) {
    String line =
        String.format(
            Locale.ROOT,
            "Generation %d is %s: %,d users, %,d items, %,d entities, %,d interactions, %,d triples, %d epochs, %.1f s.%n",
            made.generation(),
            activate ? "active" : "a candidate",
            made.users(),
            made.items(),
            made.entities(),
            made.interactions(),
            made.triples(),
            made.epochs(),
            made.took().toMillis() * 1e-3);
    if (made.fit().isPresent()) {
      FitReport fit = made.fit().get();
      line +=
          String.format(
              Locale.ROOT,
              "Item vectors are shortened to %.1f%% of their numbers, %,d bytes.%n",
              100 * fit.keepGot(),
              fit.bytes());
    }
    Map<String, Double> metrics = made.metrics();
    return metrics.isEmpty()
        ? line
        : String.format(
            Locale.ROOT,
            "%s%nMeasured on the latest %.0f%% of the interactions:%n%n%s",
            line,
            heldOut * 100,
            new RetrievalTable()
                .row("popularity", named(metrics, "popularity "))
                .row(modelName(), named(metrics, "")));
  }

  private static ToDoubleFunction<RetrievalMetric> named(
      Map<String, Double> metrics, String prefix) {
    return metric -> Objects.requireNonNull(metrics.get(prefix + metric.label()));
  }
}
