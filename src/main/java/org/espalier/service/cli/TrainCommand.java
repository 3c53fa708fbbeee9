package org.espalier.service.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import org.espalier.learning.metric.RetrievalMetric;
import org.espalier.learning.mf.MfLoss;
import org.espalier.service.console.Console;
import org.espalier.service.console.RetrievalTable;
import org.espalier.service.training.TrainingResult;
import org.espalier.service.training.TrainingSpec;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Trains on the log of a service that is not running. */
@Command(
    name = "train",
    description = {
      "Trains a model on all events of a stopped service, and makes it the one that ranks from the next start on.",
      "First a model is trained without the latest events and measured on them; then one is trained on all.",
      ""
    },
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  ./espalier train",
      "  ./espalier train --data-dir /var/lib/espalier --loss bpr --dim 32",
      "  ./espalier train -Despalier.interactions.weights.purchase=5"
    })
final class TrainCommand implements Callable<Integer> {

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      description = "The service's data folder (default: espalier-data).")
  private @Nullable Path dataDir;

  @Option(
      names = "--loss",
      defaultValue = "als",
      description = "bpr, softmax or als (default: ${DEFAULT-VALUE}).")
  private MfLoss loss = MfLoss.ALS;

  @Option(
      names = "--dim",
      defaultValue = "64",
      description = "Length of the vectors (default: ${DEFAULT-VALUE}).")
  private int dim;

  @Option(
      names = "--seed",
      defaultValue = "1",
      description = "Same seed and log, same model (default: ${DEFAULT-VALUE}).")
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
      names = "-D",
      paramLabel = "KEY=VALUE",
      description = "Any setting of the service, as -Despalier.interactions.default-weight=0.")
  private Map<String, String> others = new LinkedHashMap<>();

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    TrainingSpec training = trainingSpec();
    Map<String, String> settings = new LinkedHashMap<>(others);
    settings.put("spring.main.web-application-type", "none");
    settings.put("logging.threshold.console", "warn");
    if (dataDir != null) {
      settings.put("espalier.data-dir", dataDir.toString());
    }
    try (RunningService service = RunningService.start(settings)) {
      report(GenerationTraining.run(service, training, Console.ofProcess()));
    }
    return ExitCode.OK;
  }

  private TrainingSpec trainingSpec() {
    int allThreads = threads == null ? Runtime.getRuntime().availableProcessors() : threads;
    try {
      return new TrainingSpec(loss, dim, seed, allThreads, heldOut);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(
          Objects.requireNonNull(spec).commandLine(), String.valueOf(e.getMessage()), e);
    }
  }

  private void report(TrainingResult.Trained trained) {
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    out.printf(
        Locale.ROOT,
        "Generation %d is active: %,d users and %,d items from %,d interactions, %d epochs, %.1f s.%n",
        trained.generation(),
        trained.users(),
        trained.items(),
        trained.interactions(),
        trained.epochs(),
        trained.took().toMillis() * 1e-3);
    Map<String, Double> metrics = trained.metrics();
    if (!metrics.isEmpty()) {
      out.printf("%nMeasured on the latest %.0f%% of the interactions:%n%n", heldOut * 100);
      out.print(
          new RetrievalTable()
              .row("popularity", named(metrics, "popularity "))
              .row("mf", named(metrics, "")));
    }
    out.flush();
  }

  private static ToDoubleFunction<RetrievalMetric> named(
      Map<String, Double> metrics, String prefix) {
    return metric -> Objects.requireNonNull(metrics.get(prefix + metric.label()));
  }
}
