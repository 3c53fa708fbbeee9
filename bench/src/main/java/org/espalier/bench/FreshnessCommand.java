package org.espalier.bench;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
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
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** From an event to a changed ranking, through the whole service. */
@Command(
    name = "freshness",
    description = {
      "Starts the service with a made-up world and a propagator, sends it events at one rate and asks for rankings at"
          + " another, and measures how long after an event was sent a ranking has seen it. The load runs in the same"
          + " process, so it shares the machine's cores.",
      ""
    },
    mixinStandardHelpOptions = true)
final class FreshnessCommand implements Callable<Integer> {

  private static final double LAST_SECONDS_MAX = 60;
  private static final int CANDIDATES = 100;

  @Option(
      names = "--events-per-s",
      defaultValue = "5000",
      description = "Events to send (default: ${DEFAULT-VALUE}).")
  private double eventsPerSecond;

  @Option(
      names = "--rankings-per-s",
      defaultValue = "100",
      description = "Rankings to ask for (default: ${DEFAULT-VALUE}).")
  private double rankingsPerSecond;

  @Option(
      names = "--seconds",
      defaultValue = "20",
      description = "How long to measure (default: ${DEFAULT-VALUE}).")
  private double seconds;

  @Option(
      names = "--warm-up",
      defaultValue = "5",
      description = "Seconds of the same load before that (default: ${DEFAULT-VALUE}).")
  private double warmUpSeconds;

  @Option(
      names = "--batch",
      defaultValue = "50",
      description = "Events of a request (default: ${DEFAULT-VALUE}).")
  private int batch;

  @Option(
      names = "--model",
      defaultValue = "kgat",
      description = "kgat (layers 64,32,16), lightgcn or fastrp (default: ${DEFAULT-VALUE}).")
  private Model model = Model.KGAT;

  @Option(
      names = "--users",
      defaultValue = "20000",
      description = "Users of the world (default: ${DEFAULT-VALUE}).")
  private int users;

  @Option(
      names = "--items",
      defaultValue = "5000",
      description = "Items of the world (default: ${DEFAULT-VALUE}).")
  private int items;

  @Option(
      names = "--events",
      defaultValue = "500000",
      description = "Events of the world, before it begins (default: ${DEFAULT-VALUE}).")
  private long events;

  @Mixin private KeyOption key = new KeyOption();
  @Mixin private @Nullable ResultOptions result;
  @Spec private @Nullable CommandSpec spec;

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Visibility visibility = new Visibility();
  private final Samples rankings = new Samples(); // guarded by itself
  private final AtomicInteger popular = new AtomicInteger();

  @Override
  public Integer call() throws Exception {
    check();
    SampleWorld world = new SampleWorld(users, items, events, 1);
    Path data = Files.createTempDirectory("espalier-bench");
    SpringApplication.getShutdownHandlers()
        .add(() -> FileSystemUtils.deleteRecursively(data.toFile()));
    try (http;
        ConfigurableApplicationContext service =
            EspalierApplication.run(
                "--espalier.data-dir=" + data,
                "--server.address=127.0.0.1",
                "--server.port=0",
                "--logging.threshold.console=off");
        var progress = Console.ofProcess().progress("Measuring", 3)) {
      ServedWorld.serve(service, world, model);
      progress.step(1);
      URI base =
          URI.create(
              "http://127.0.0.1:"
                  + service.getEnvironment().getRequiredProperty("local.server.port"));
      load(base, world, warmUpSeconds);
      progress.step(1);
      visibility.clear();
      synchronized (rankings) {
        rankings.clear();
      }
      popular.set(0);
      load(base, world, seconds);
      progress.step(1);
      Objects.requireNonNull(result).print(fields());
    }
    return ExitCode.OK;
  }

  private void check() {
    if (!(eventsPerSecond > 0 && eventsPerSecond <= 1e6)
        || !(rankingsPerSecond > 0 && rankingsPerSecond <= 1e5)
        || !(seconds > 0 && seconds <= 3600 && warmUpSeconds >= 0 && warmUpSeconds <= 3600)
        || batch < 1
        || batch > 10_000) {
      throw new ParameterException(
          Objects.requireNonNull(spec).commandLine(),
          "--events-per-s must be above 0 and up to 1000000, --rankings-per-s up to 100000, --seconds and --warm-up up"
              + " to 3600, --batch 1 to 10000");
    }
  }

  /** Sends both at once, then asks on until all events were seen. */
  private void load(URI base, SampleWorld world, double forSeconds) throws Exception {
    try (var threads = Executors.newFixedThreadPool(2)) {
      Future<?> sending =
          threads.submit(() -> {
            OpenLoop.run(
                eventsPerSecond / batch, forSeconds, dueNs -> sendEvents(base, world, dueNs));
            return null;
          });
      Future<?> asking =
          threads.submit(() -> {
            OpenLoop.run(rankingsPerSecond, forSeconds, dueNs -> rank(base, world, dueNs));
            return null;
          });
      try {
        sending.get();
        asking.get();
      } catch (ExecutionException e) {
        throw new IllegalStateException(String.valueOf(e.getCause()), e);
      }
    }
    long endNs = System.nanoTime() + (long) (LAST_SECONDS_MAX * 1e9);
    while (visibility.waiting() > 0) {
      if (System.nanoTime() > endNs) {
        throw new IllegalStateException(
            "%d batches of events were not seen within %.0f s"
                .formatted(visibility.waiting(), LAST_SECONDS_MAX));
      }
      visibility.ranked(applied(post(base, "/v1/rank", ranking(world))));
      Thread.sleep(5);
    }
  }

  private void sendEvents(URI base, SampleWorld world, long dueNs) throws Exception {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    StringBuilder body = new StringBuilder("[");
    for (int i = 0; i < batch; i++) {
      body.append(i == 0 ? "" : ",")
          .append(
              "{\"type\":\"click\",\"user_id\":\"%s\",\"item_id\":\"%s\"}"
                  .formatted(
                      world.user(random.nextInt(users)).id(), item(world, random.nextDouble())));
    }
    JsonNode answer = post(base, "/v1/events", body.append(']').toString());
    visibility.sent(applied(answer), dueNs);
  }

  /** Few items have most of the events. */
  private String item(SampleWorld world, double skew) {
    return world.item((int) (items * skew * skew * skew)).id();
  }

  private void rank(URI base, SampleWorld world, long dueNs) throws Exception {
    JsonNode answer = post(base, "/v1/rank", ranking(world));
    visibility.ranked(applied(answer));
    if (!answer.get("fallback").isNull()) {
      popular.incrementAndGet();
    }
    synchronized (rankings) {
      rankings.add(System.nanoTime() - dueNs);
    }
  }

  private String ranking(SampleWorld world) {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    StringBuilder body =
        new StringBuilder("{\"user_id\":\"")
            .append(world.user(random.nextInt(users)).id())
            .append("\",\"items\":[");
    for (int i = 0; i < CANDIDATES; i++) {
      body.append(i == 0 ? "" : ",")
          .append("{\"id\":\"")
          .append(item(world, random.nextDouble()))
          .append("\"}");
    }
    return body.append("]}").toString();
  }

  private static long applied(JsonNode answer) {
    return answer.get("applied").asLong();
  }

  private JsonNode post(URI base, String path, String json)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(base.resolve(path))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(json));
    String apiKey = key.text();
    if (apiKey != null) {
      request.header("Authorization", "Bearer " + apiKey);
    }
    HttpResponse<String> answer = http.send(request.build(), BodyHandlers.ofString());
    if (answer.statusCode() != 200 && answer.statusCode() != 202) {
      throw new IOException("the service answered " + answer.statusCode() + ": " + answer.body());
    }
    return JsonMapper.shared().readTree(answer.body());
  }

  private SequencedMap<String, Object> fields() {
    SequencedMap<String, Object> fields = new LinkedHashMap<>();
    fields.put("model", model.name().toLowerCase(Locale.ROOT));
    fields.put("events_per_s", eventsPerSecond);
    fields.put("rankings_per_s", rankingsPerSecond);
    fields.put("seconds", seconds);
    Samples visible = visibility.samples();
    fields.put("batches", visible.count());
    fields.put("visible_p50_ms", visible.medianNs() / 1e6);
    fields.put("visible_p99_ms", visible.quantileNs(0.99) / 1e6);
    fields.put("visible_max_ms", visible.quantileNs(1) / 1e6);
    synchronized (rankings) {
      fields.put("rankings", rankings.count());
      fields.put("rank_p50_ms", rankings.medianNs() / 1e6);
      fields.put("rank_p99_ms", rankings.quantileNs(0.99) / 1e6);
    }
    fields.put("popular", popular.get());
    return fields;
  }
}
