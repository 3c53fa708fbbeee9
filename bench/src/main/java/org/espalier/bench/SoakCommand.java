package org.espalier.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.espalier.bench.ServiceSampler.Sample;
import org.espalier.learning.data.world.SampleWorld;
import org.espalier.service.console.Console;
import org.espalier.service.console.Progress;
import org.espalier.service.platform.EspalierApplication;
import org.espalier.service.propagation.PropagationPlan.Model;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.util.FileSystemUtils;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * What a service uses over minutes of load. Users and items are those of the world, so nothing that is kept by user or item
 * grows; the log, the histories and the edges do, on the disk. The store's cache fills up to its bound, so what must be
 * flat is the resident memory beside it and the arena.
 */
@Command(
    name = "soak",
    description = {
      "Starts a service in a process of its own, whose vectors follow what comes in, keeps it under load, and looks at"
          + " its memory, threads and files every few seconds. The log grows on the disk by design; memory must not.",
      ""
    },
    mixinStandardHelpOptions = true)
final class SoakCommand implements Callable<Integer> {

  private static final int DIFFERENT = 200;
  private static final int CANDIDATES = 100;
  private static final double OVER_MB_MAX = 400;
  private static final double GROWTH_MAX = 0.05; // in the second half

  @Option(
      names = "--minutes",
      defaultValue = "10",
      description = "How long it is under load (default: ${DEFAULT-VALUE}).")
  private double minutes;

  @Option(
      names = "--events-per-s",
      defaultValue = "1000",
      description = "Events to send (default: ${DEFAULT-VALUE}).")
  private double eventsPerSecond;

  @Option(
      names = "--rankings-per-s",
      defaultValue = "50",
      description = "Rankings to ask for (default: ${DEFAULT-VALUE}).")
  private double rankingsPerSecond;

  @Option(
      names = "--every",
      paramLabel = "SECONDS",
      defaultValue = "5",
      description = "How often it is looked at (default: ${DEFAULT-VALUE}).")
  private double everySeconds;

  @Option(
      names = "--kafka",
      paramLabel = "HOST:PORT",
      description =
          "Half of the events come by this broker; topics of their own are made and stay.")
  private @Nullable String kafka;

  @Option(
      names = "--model",
      defaultValue = "kgat",
      description = "kgat (layers 64,32,16), lightgcn or fastrp (default: ${DEFAULT-VALUE}).")
  private Model model = Model.KGAT;

  @Option(
      names = "--users",
      defaultValue = "10000",
      description = "Users of the world (default: ${DEFAULT-VALUE}).")
  private int users;

  @Option(
      names = "--items",
      defaultValue = "3000",
      description = "Items of the world (default: ${DEFAULT-VALUE}).")
  private int items;

  @Option(
      names = "--events",
      defaultValue = "100000",
      description = "Events of the world, before it begins (default: ${DEFAULT-VALUE}).")
  private long events;

  @Option(
      names = "--java-opts",
      paramLabel = "FLAGS",
      defaultValue = "-Xms160m -Xmx160m -XX:+UseSerialGC -XX:+AlwaysPreTouch",
      description =
          "Further JVM flags of the service; a heap that is all there from the start does not look like a leak"
              + " (default: ${DEFAULT-VALUE}).")
  private String javaOpts = "";

  @Option(
      names = "--samples",
      paramLabel = "FILE",
      description = "Writes every sample there, as CSV.")
  private @Nullable Path samplesFile;

  @Mixin private @Nullable ResultOptions result;
  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws IOException, InterruptedException {
    check();
    SampleWorld world = new SampleWorld(users, items, events, 1);
    Path data = Files.createTempDirectory("espalier-bench");
    try {
      make(world, data);
      try (ServiceRun service = ServiceRun.start(data, javaOpts, settings())) {
        List<Sample> samples = new ArrayList<>();
        List<Double> times = new ArrayList<>();
        Result load = soak(service, world, samples, times);
        write(samples, times);
        SequencedMap<String, Object> fields = fields(samples, times);
        fields.put("rankings", load.rankings.latencies().getTotalCount());
        fields.put("ranking_errors", load.rankings.errors());
        fields.put("events_sent", load.sent);
        fields.put("event_errors", load.eventErrors);
        Objects.requireNonNull(result).print(fields);
      }
    } finally {
      FileSystemUtils.deleteRecursively(data);
    }
    return ExitCode.OK;
  }

  private void check() {
    if (!(minutes > 0 && minutes <= 1440)
        || !(everySeconds >= 0.1 && everySeconds * 8 <= minutes * 60)
        || !(eventsPerSecond >= 0 && eventsPerSecond <= 1e6)
        || !(rankingsPerSecond > 0 && rankingsPerSecond <= 1e5)) {
      throw new ParameterException(
          Objects.requireNonNull(spec).commandLine(),
          "--minutes must be up to 1440, --every at least 0.1 seconds and an eighth of that time at most, --events-per-s"
              + " up to 1000000, --rankings-per-s above 0 and up to 100000");
    }
  }

  private void make(SampleWorld world, Path data) throws IOException {
    try (ConfigurableApplicationContext service =
        EspalierApplication.run(
            "--espalier.data-dir=" + data,
            "--server.address=127.0.0.1",
            "--server.port=0",
            "--logging.threshold.console=off")) {
      ServedWorld.serve(service, world, model);
    }
  }

  private final String prefix = "espalier-bench-" + UUID.randomUUID();

  private String[] settings() {
    return kafka == null
        ? new String[0]
        : new String[] {
          "--espalier.kafka.enabled=true",
          "--espalier.kafka.create-topics=true",
          "--espalier.kafka.topic-prefix=" + prefix,
          "--spring.kafka.bootstrap-servers=" + kafka
        };
  }

  private record Result(OpenLoad.Result rankings, long sent, long eventErrors) {}

  private Result soak(
      ServiceRun service, SampleWorld world, List<Sample> samples, List<Double> times)
      throws IOException, InterruptedException {
    double perSource = kafka == null ? eventsPerSecond : eventsPerSecond / 2;
    OpenLoad load = new OpenLoad(service.port(), rankings(world), 16);
    try (Progress progress = Console.ofProcess().progress("Under load", (long) (minutes * 60));
        ServiceSampler sampler = new ServiceSampler(service);
        ExecutorService thread = Executors.newSingleThreadExecutor();
        IngestBeside rest =
            new IngestBeside(service.port(), perSource, 1, random -> event(random, world));
        @Nullable KafkaBeside broker =
            kafka == null
                ? null
                : new KafkaBeside(
                    kafka, prefix + ".events.v1", perSource, 2, random -> event(random, world))) {
      Future<OpenLoad.Result> ranking =
          thread.submit(() -> load.run(rankingsPerSecond, minutes * 60));
      long startNs = System.nanoTime();
      OpenLoad.@Nullable Result ranked = null;
      while (ranked == null) {
        try {
          ranked = ranking.get((long) (everySeconds * 1e9), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
          samples.add(sampler.sample());
          times.add((System.nanoTime() - startNs) / 60e9);
          progress.step((long) everySeconds);
        } catch (ExecutionException e) {
          throw new IllegalStateException("the load failed: " + e.getCause(), e);
        }
      }
      samples.add(sampler.sample());
      times.add((System.nanoTime() - startNs) / 60e9);
      return new Result(
          ranked,
          rest.acknowledged() + (broker == null ? 0 : broker.acknowledged()),
          rest.errors() + (broker == null ? 0 : broker.errors()));
    }
  }

  private String event(SplittableRandom random, SampleWorld world) {
    return "{\"type\":\"%s\",\"user_id\":\"%s\",\"item_id\":\"%s\"}"
        .formatted(
            random.nextInt(4) == 0 ? "click" : "view",
            world.user(random.nextInt(users)).id(),
            item(random, world));
  }

  /** Few items have most of the events. */
  private String item(SplittableRandom random, SampleWorld world) {
    double skew = random.nextDouble();
    return world.item((int) (items * skew * skew * skew)).id();
  }

  private List<byte[]> rankings(SampleWorld world) {
    SplittableRandom random = new SplittableRandom(3);
    return IntStream.range(0, DIFFERENT)
        .mapToObj(_ -> {
          String candidates =
              IntStream.range(0, CANDIDATES)
                  .mapToObj(_ -> "{\"id\":\"" + item(random, world) + "\"}")
                  .collect(Collectors.joining(","));
          String body =
              "{\"user_id\":\"%s\",\"items\":[%s]}"
                  .formatted(world.user(random.nextInt(users)).id(), candidates);
          return HttpConnection.request("POST", "/v1/rank", "application/json", body);
        })
        .toList();
  }

  private SequencedMap<String, Object> fields(List<Sample> samples, List<Double> times) {
    int half = samples.size() / 2;
    List<Sample> second = samples.subList(half, samples.size());
    double[] minutesOfSecond =
        times.subList(half, times.size()).stream().mapToDouble(t -> t).toArray();
    Trend rss = trend(second, minutesOfSecond, Sample::rssMb);
    Trend beside = trend(second, minutesOfSecond, Sample::besideMb);
    Sample last = samples.getLast();
    double growth = beside.perUnit() * (times.getLast() - times.get(half));
    SequencedMap<String, Object> fields = new LinkedHashMap<>();
    fields.put("minutes", minutes);
    fields.put("events_per_s", eventsPerSecond);
    fields.put("rankings_per_s", rankingsPerSecond);
    fields.put("samples", samples.size());
    fields.put("rss_at_start_mb", samples.getFirst().rssMb());
    fields.put("rss_at_half_mb", second.getFirst().rssMb());
    fields.put("rss_mb", last.rssMb());
    fields.put("rss_mb_per_minute", rss.perUnit());
    fields.put("heap_live_mb", last.liveMb());
    fields.put("heap_low_first_half_mb", low(samples.subList(0, half)));
    fields.put("heap_low_second_half_mb", low(second));
    fields.put("heap_committed_mb", last.heapCommittedMb());
    fields.put("classes_and_code_mb", last.otherMb());
    fields.put("direct_buffers_mb", last.buffersMb());
    fields.put("arena_mb", last.arenaMb());
    fields.put("caches_mb", last.blockCacheMb());
    fields.put("rss_over_arena_and_caches_mb", last.besideMb());
    fields.put("over_mb_per_minute", beside.perUnit());
    fields.put("threads_at_half", second.getFirst().threads());
    fields.put("threads", last.threads());
    fields.put("open_files_at_half", second.getFirst().openFiles());
    fields.put("open_files", last.openFiles());
    fields.put("log_events", last.events());
    fields.put("not_refreshed_yet", last.waiting());
    fields.put("over_is_flat", growth <= GROWTH_MAX * beside.start());
    fields.put("over_is_within_400_mb", last.besideMb() <= OVER_MB_MAX);
    return fields;
  }

  /** The least heap in use, as it is right after a collection. */
  private static double low(List<Sample> samples) {
    return samples.stream().mapToDouble(Sample::heapMb).min().orElseThrow();
  }

  private static Trend trend(List<Sample> samples, double[] times, ToDoubleFunction<Sample> value) {
    return Trend.of(times, samples.stream().mapToDouble(value).toArray());
  }

  private void write(List<Sample> samples, List<Double> times) throws IOException {
    if (samplesFile == null) {
      return;
    }
    List<String> lines = new ArrayList<>();
    lines.add(
        "minute,rss_mb,heap_mb,heap_live_mb,heap_committed_mb,classes_and_code_mb,direct_buffers_mb,arena_mb,block_cache_mb,threads,open_files,log_events,waiting");
    for (int i = 0; i < samples.size(); i++) {
      Sample s = samples.get(i);
      lines.add(
          "%.3f,%.0f,%.1f,%.1f,%.1f,%.1f,%.1f,%.1f,%.1f,%d,%d,%d,%.0f"
              .formatted(
                  times.get(i),
                  s.rssMb(),
                  s.heapMb(),
                  s.liveMb(),
                  s.heapCommittedMb(),
                  s.otherMb(),
                  s.buffersMb(),
                  s.arenaMb(),
                  s.blockCacheMb(),
                  s.threads(),
                  s.openFiles(),
                  s.events(),
                  s.waiting()));
    }
    Files.write(samplesFile, lines);
  }
}
