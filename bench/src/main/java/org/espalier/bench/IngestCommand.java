package org.espalier.bench;

import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.espalier.embeddings.store.Store;
import org.espalier.learning.data.world.SampleWorld;
import org.espalier.service.cli.KeyOption;
import org.espalier.service.console.Console;
import org.espalier.service.platform.EspalierApplication;
import org.espalier.service.propagation.PropagationPlan.Model;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.util.FileSystemUtils;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Events into the durable store, through the whole service. */
@Command(
    name = "ingest",
    description = {
      "Starts the service on an empty folder, sends it events without ids for a while, waits until it has them all, and"
          + " counts. The load runs in the same process, so it shares the machine's cores.",
      ""
    },
    mixinStandardHelpOptions = true)
final class IngestCommand implements Callable<Integer> {

  /** How the events come in. */
  enum Source {
    REST,
    KAFKA
  }

  @Option(
      names = "--source",
      defaultValue = "rest",
      description =
          "rest: batches of NDJSON; kafka: records of a topic (default: ${DEFAULT-VALUE}).")
  private Source source = Source.REST;

  @Option(
      names = "--kafka",
      paramLabel = "HOST:PORT",
      description = "The broker for --source kafka; a topic of its own is made and stays.")
  private @Nullable String kafka;

  @Option(
      names = "--seconds",
      defaultValue = "10",
      description = "How long events are sent (default: ${DEFAULT-VALUE}).")
  private double seconds;

  @Option(
      names = "--warm-up",
      defaultValue = "5",
      description = "How long events are sent before that (default: ${DEFAULT-VALUE}).")
  private double warmUpSeconds;

  /** Whether vectors follow what comes in. */
  enum Refresh {
    ON,
    OFF
  }

  @Option(
      names = "--refresh",
      defaultValue = "off",
      description =
          "on: a propagator (kgat, layers 64,32,16) serves a made-up world and follows what comes in (default:"
              + " ${DEFAULT-VALUE}).")
  private Refresh refresh = Refresh.OFF;

  @Option(
      names = "--batch",
      defaultValue = "500",
      description = "Events of a REST request (default: ${DEFAULT-VALUE}).")
  private int batch;

  @Option(
      names = "--senders",
      defaultValue = "4",
      description = "Connections that send over REST (default: ${DEFAULT-VALUE}).")
  private int senders;

  @Mixin private KeyOption key = new KeyOption();
  @Mixin private @Nullable ResultOptions result;
  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws IOException, InterruptedException {
    check();
    Path data = Files.createTempDirectory("espalier-bench");
    String prefix = "espalier-bench-" + UUID.randomUUID();
    SpringApplication.getShutdownHandlers()
        .add(() -> FileSystemUtils.deleteRecursively(data.toFile()));
    try (ConfigurableApplicationContext service =
        EspalierApplication.run(settings(data, prefix).toArray(String[]::new))) {
      Store store = service.getBean(Store.class);
      if (refresh == Refresh.ON) {
        ServedWorld.serve(service, new SampleWorld(20_000, 5_000, 500_000, 1), Model.KGAT);
      }
      long storedAtFirst = store.lastSequence();
      EventLoad load =
          source == Source.KAFKA
              ? new KafkaLoad(Objects.requireNonNull(kafka), prefix + ".events.v1")
              : new RestLoad(
                  service.getEnvironment().getRequiredProperty("local.server.port"),
                  key.text(),
                  batch,
                  senders);
      try (load;
          var progress = Console.ofProcess().progress("Sending", 2)) {
        load.run(warmUpSeconds);
        awaitStored(store, storedAtFirst + load.acknowledged());
        progress.step(1);
        long storedBefore = store.lastSequence();
        long syncsBefore = store.statistics().logSyncs();
        long startNs = System.nanoTime();
        load.run(seconds);
        long sent = storedAtFirst + load.acknowledged();
        awaitStored(store, sent); // what a broker still holds is not ingested
        double took = (System.nanoTime() - startNs) * 1e-9;
        long stored = store.lastSequence() - storedBefore;
        long syncs = store.statistics().logSyncs() - syncsBefore;
        progress.step(1);
        SequencedMap<String, Object> fields = new LinkedHashMap<>();
        fields.put("source", source.name().toLowerCase(Locale.ROOT));
        fields.put("refresh", refresh.name().toLowerCase(Locale.ROOT));
        fields.put("seconds", took);
        fields.put("events_per_s", stored / took);
        fields.put("fsyncs_per_s", syncs / took);
        fields.put("sent", sent - storedAtFirst);
        if (refresh == Refresh.ON) {
          fields.put("not_refreshed_yet", waiting(service));
        }
        fields.put("lost", Math.max(0, sent - store.lastSequence()));
        fields.put("duplicated", Math.max(0, store.lastSequence() - sent));
        Objects.requireNonNull(result).print(fields);
      }
    }
    return ExitCode.OK;
  }

  private static double waiting(ConfigurableApplicationContext service) {
    return service.getBean(MeterRegistry.class).get("espalier.refresh.queue.depth").gauge().value();
  }

  private void check() {
    if (source == Source.KAFKA && kafka == null) {
      throw new ParameterException(
          Objects.requireNonNull(spec).commandLine(), "--source kafka needs --kafka HOST:PORT");
    }
    if (!(seconds > 0 && seconds <= 3600 && warmUpSeconds >= 0 && warmUpSeconds <= 3600)
        || batch < 1
        || batch > 10_000
        || senders < 1
        || senders > 64) {
      throw new ParameterException(
          Objects.requireNonNull(spec).commandLine(),
          "--seconds and --warm-up must be up to 3600, --batch 1 to 10000, --senders 1 to 64");
    }
  }

  private List<String> settings(Path data, String prefix) {
    List<String> settings =
        new ArrayList<>(
            List.of(
                "--espalier.data-dir=" + data,
                "--server.address=127.0.0.1",
                "--server.port=0",
                "--logging.threshold.console=off"));
    if (source == Source.KAFKA) {
      settings.add("--espalier.kafka.enabled=true");
      settings.add("--espalier.kafka.create-topics=true");
      settings.add("--espalier.kafka.topic-prefix=" + prefix);
      settings.add("--spring.kafka.bootstrap-servers=" + kafka);
    }
    return settings;
  }

  /** What does not come within a minute of the last progress is lost. */
  private static void awaitStored(Store store, long sent) throws InterruptedException {
    long seen = store.lastSequence();
    long movedNs = System.nanoTime();
    while (seen < sent && System.nanoTime() - movedNs < 60e9) {
      Thread.sleep(50);
      long now = store.lastSequence();
      movedNs = now > seen ? System.nanoTime() : movedNs;
      seen = now;
    }
  }
}
