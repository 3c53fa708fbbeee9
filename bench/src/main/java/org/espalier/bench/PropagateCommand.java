package org.espalier.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.concurrent.Callable;
import org.espalier.kgat.refresh.RefreshSettings;
import org.espalier.kgat.refresh.Refresher;
import org.espalier.service.console.Console;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** One full propagation. */
@Command(
    name = "propagate",
    description = {
      "Propagates a whole graph again and again, attention's weights given, as a service does that starts or falls behind.",
      ""
    },
    mixinStandardHelpOptions = true)
final class PropagateCommand implements Callable<Integer> {

  @Mixin private @Nullable GraphOptions graph;
  @Mixin private @Nullable ResultOptions result;

  @Option(
      names = "--layers",
      split = ",",
      defaultValue = "64",
      description = "Values of a node after each layer (default: ${DEFAULT-VALUE}).")
  private List<Integer> layers = List.of();

  @Option(
      names = "--seconds",
      defaultValue = "5",
      description = "How long to measure, after warming up (default: ${DEFAULT-VALUE}).")
  private double seconds;

  @Override
  public Integer call() {
    GraphOptions options = Objects.requireNonNull(graph);
    options.require(seconds > 0 && seconds <= 3600, "--seconds", seconds, "above 0 up to 3600");
    GraphOptions.Subject subject = options.open(layers);
    Samples samples = new Samples();
    Console.ofProcess().say("Propagating");
    try (Refresher refresher =
        Refresher.start(
            subject.model(),
            subject.graph(),
            new RefreshSettings(0, options.threads()),
            Runnable::run,
            new Nowhere())) {
      run(refresher, samples, seconds / 2);
      samples.clear();
      run(refresher, samples, seconds);
    }
    SequencedMap<String, Object> fields = new LinkedHashMap<>();
    options.describe(subject.graph(), layers, fields);
    fields.put("full_ms", samples.medianNs() / 1e6);
    fields.put("full_min_ms", samples.quantileNs(0) / 1e6);
    fields.put(
        "edges_per_s", samples.perSecond((double) subject.graph().edgeCount() * layers.size()));
    fields.put("samples", samples.count());
    Objects.requireNonNull(result).print(fields);
    return ExitCode.OK;
  }

  private static void run(Refresher refresher, Samples samples, double seconds) {
    long start = System.nanoTime();
    do {
      samples.add(refresher.propagateAll().computing().toNanos());
    } while (System.nanoTime() - start < seconds * 1e9);
  }
}
