package org.espalier.bench;

import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code POST /v1/rank} of a whole service. */
@Command(
    name = "rank",
    description = {
      "Starts a service in a process of its own on made-up vectors and asks it to rank candidates at a fixed rate; times"
          + " run from when a request was due.",
      ""
    },
    mixinStandardHelpOptions = true)
final class RankCommand implements Callable<Integer> {

  private static final int DIFFERENT = 200;
  private static final double RATE_DEFAULT = 300;

  @Option(
      names = "--candidates",
      defaultValue = "1000",
      description = "Candidates of a request (default: ${DEFAULT-VALUE}).")
  private int candidates;

  @Mixin private @Nullable ServiceOptions service;
  @Mixin private @Nullable ResultOptions result;

  @Override
  public Integer call() throws IOException, InterruptedException {
    ServiceOptions options = Objects.requireNonNull(service);
    options.check();
    options.require(
        candidates >= 1 && candidates <= 10_000, "--candidates", candidates, "1 to 10000");
    SplittableRandom random = new SplittableRandom(options.seed + 2000);
    List<byte[]> requests =
        IntStream.range(0, DIFFERENT).mapToObj(_ -> request(random, options)).toList();
    double rate = options.rate == null ? RATE_DEFAULT : options.rate;
    SequencedMap<String, Object> fields = ServiceBench.run(options, rate, requests);
    fields.put("candidates", candidates);
    Objects.requireNonNull(result).print(fields);
    return ExitCode.OK;
  }

  private byte[] request(SplittableRandom random, ServiceOptions options) {
    String items =
        random
            .ints(candidates, 0, options.items)
            .mapToObj(item -> "{\"id\":\"" + SampleData.item(item) + "\"}")
            .collect(Collectors.joining(","));
    String body =
        "{\"user_id\":\"%s\",%s\"items\":[%s]}"
            .formatted(
                SampleData.user(random.nextInt(options.users)),
                RecommendCommand.filter(random, options),
                items);
    return HttpConnection.request("POST", "/v1/rank", "application/json", body);
  }
}
