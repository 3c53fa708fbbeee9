package org.espalier.service.cli;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.espalier.learning.data.DataFolder;
import org.espalier.learning.data.world.SampleWorld;
import org.espalier.learning.mf.MfLoss;
import org.espalier.service.console.Console;
import org.espalier.service.demo.Demo;
import org.espalier.service.demo.DemoWorld;
import org.espalier.service.demo.FolderDemoWorld;
import org.espalier.service.demo.KafkaSender;
import org.espalier.service.demo.SampleDemoWorld;
import org.espalier.service.training.TrainingResult;
import org.espalier.service.training.TrainingSpec;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Shows the whole service at work, from nothing. */
@Command(
    name = "demo",
    description = {
      "Starts the service with an empty data folder, sends it a made-up world through its public interface, trains, and"
          + " prints how good the model is, how a user's ranking moves with three clicks, and commands to go on with."
          + " Then it serves until Ctrl-C.",
      ""
    },
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  ./espalier demo",
      "  ./espalier demo --exit --users 10000 --items 5000 --events 1000000",
      "  ./espalier demo --data ml-100k --port 9090",
      "  ./espalier demo --kafka localhost:9092"
    })
final class DemoCommand implements Callable<Integer> {

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "Send a data folder (see evaluate retrieval) in place of the made-up world: train.tsv, and kg.tsv, users.tsv"
              + " and items.tsv where present; test.tsv is kept back to measure by.")
  private @Nullable Path data;

  @Option(names = "--exit", description = "End after printing.")
  private boolean exit;

  @Option(
      names = "--users",
      defaultValue = "2000",
      description = "Users of the made-up world (default: ${DEFAULT-VALUE}).")
  private int users;

  @Option(
      names = "--items",
      defaultValue = "1000",
      description = "Items of the made-up world (default: ${DEFAULT-VALUE}).")
  private int items;

  @Option(
      names = "--events",
      defaultValue = "100000",
      description =
          "Events of the made-up world, impressions and clicks; the last tenth is kept back to measure by"
              + " (default: ${DEFAULT-VALUE}).")
  private long events;

  @Option(
      names = "--seed",
      defaultValue = "1",
      description = "Same seed, same world (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--port",
      description = "The port to listen on; 0 takes a free one (default: 8080).")
  private @Nullable Integer port;

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      description =
          "Keep the service's data in this folder, which must be empty (default: a"
              + " temporary one, deleted at the end).")
  private @Nullable Path dataDir;

  @Option(
      names = "--kafka",
      paramLabel = "HOST:PORT",
      description =
          "Send the world through this Kafka, into topics of its own, which stay (default: over REST).")
  private @Nullable String kafka;

  @Mixin private KeyOption key = new KeyOption();

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws IOException, InterruptedException {
    DemoWorld world = world();
    Console console = Console.ofProcess();
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    try (DemoFolder folder = DemoFolder.open(Optional.ofNullable(dataDir));
        RunningService service = RunningService.start(settings(folder))) {
      service.whenStopped(folder::close);
      out.printf(
          "The service answers on %s; its data is in %s (%s).%n%n",
          service.url(), folder.path(), folder.fate());
      new Demo(
              service.url(),
              key.text(),
              world,
              () -> train(service, console),
              console,
              out,
              sender(service))
          .run();
      if (!exit) {
        console.say("espalier: serving %s; Ctrl-C stops it".formatted(service.url()));
        service.untilStopped();
      }
    }
    return ExitCode.OK;
  }

  private DemoWorld world() {
    if (data != null) {
      return new FolderDemoWorld(DataFolder.open(data));
    }
    try {
      return new SampleDemoWorld(new SampleWorld(users, items, events, seed));
    } catch (IllegalArgumentException e) {
      throw new ParameterException(
          Objects.requireNonNull(spec).commandLine(), String.valueOf(e.getMessage()), e);
    }
  }

  private Map<String, String> settings(DemoFolder folder) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("espalier.data-dir", folder.path().toString());
    settings.put("server.address", "127.0.0.1");
    settings.put("logging.threshold.console", "warn");
    if (port != null) {
      settings.put("server.port", port.toString());
    }
    if (kafka != null) {
      settings.put("espalier.kafka.enabled", "true");
      settings.put("espalier.kafka.create-topics", "true");
      settings.put("espalier.kafka.topic-prefix", "espalier-demo-" + UUID.randomUUID());
      settings.put("spring.kafka.bootstrap-servers", kafka);
    }
    return settings;
  }

  /** Another run's topics would bring its world into this one's store, so each run has its own. */
  private @Nullable KafkaSender sender(RunningService service) {
    if (kafka == null) {
      return null;
    }
    MeterRegistry meters = service.part(MeterRegistry.class);
    return new KafkaSender(
        kafka,
        service.setting("espalier.kafka.topic-prefix"),
        () ->
            (long)
                meters.find("espalier.stream.records").counters().stream()
                    .mapToDouble(Counter::count)
                    .sum());
  }

  /** Holds nothing out: the demonstration has kept back its own slice. */
  private static String train(RunningService service, Console console) {
    int threads = Runtime.getRuntime().availableProcessors();
    TrainingResult.Trained trained =
        GenerationTraining.run(service, new TrainingSpec(MfLoss.ALS, 64, 1, threads, 0), console);
    return String.format(
        Locale.ROOT,
        "Trained mf by alternating least squares on %,d interactions in %.1f s; generation %d is active.",
        trained.interactions(),
        trained.took().toMillis() * 1e-3,
        trained.generation());
  }
}
