package org.espalier.bench;

import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code POST /v1/recommend} of a whole service. */
@Command(
    name = "recommend",
    description = {
      "Starts a service in a process of its own on made-up vectors and asks it for recommendations at a fixed rate; times"
          + " run from when a request was due.",
      ""
    },
    mixinStandardHelpOptions = true)
final class RecommendCommand implements Callable<Integer> {

  private static final int DIFFERENT = 2000;
  private static final double RATE_DEFAULT = 100;

  @Option(
      names = "--k",
      defaultValue = "100",
      description = "Items that a request asks for (default: ${DEFAULT-VALUE}).")
  private int k;

  @Mixin private @Nullable ServiceOptions service;
  @Mixin private @Nullable ResultOptions result;

  @Override
  public Integer call() throws IOException, InterruptedException {
    ServiceOptions options = Objects.requireNonNull(service);
    options.check();
    options.require(k >= 1 && k <= 1000, "--k", k, "1 to 1000");
    SplittableRandom random = new SplittableRandom(options.seed + 2000);
    List<byte[]> requests =
        IntStream.range(0, DIFFERENT)
            .mapToObj(_ ->
                HttpConnection.request(
                    "POST", "/v1/recommend", "application/json", body(random, options)))
            .toList();
    double rate = options.rate == null ? RATE_DEFAULT : options.rate;
    SequencedMap<String, Object> fields = ServiceBench.run(options, rate, requests);
    fields.put("k", k);
    Objects.requireNonNull(result).print(fields);
    return ExitCode.OK;
  }

  private String body(SplittableRandom random, ServiceOptions options) {
    return "{\"user_id\":\"%s\",%s\"limit\":%d}"
        .formatted(SampleData.user(random.nextInt(options.users)), filter(random, options), k);
  }

  /** Two of twenty genres and a third of the years, a thirtieth of the items; nothing unless it was asked for. */
  static String filter(SplittableRandom random, ServiceOptions options) {
    if (!options.filter) {
      return "";
    }
    int year = 1950 + random.nextInt(50);
    return """
    "filter":{"all":[{"field":"genre","in":["%s","%s"]},{"field":"year","range":{"gte":%d,"lt":%d}}]},\
    """
        .formatted(
            SampleData.genre(random.nextInt(20)),
            SampleData.genre(random.nextInt(20)),
            year,
            year + 25);
  }
}
