package org.espalier.bench.torture;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.espalier.bench.torture.Api.Answer;
import tools.jackson.databind.JsonNode;

/**
 * Asks for rankings. The one of a user without new events depends on the generation alone, so the same generation must
 * always answer the same; a mixture of two would not. And only a generation that is active, or about to be, may answer.
 */
final class Rankings extends Work {

  static final String STILL_USER = "still";

  private static final String STILL_REQUEST =
      IntStream.range(0, 20)
          .mapToObj("{\"id\":\"i%d\"}"::formatted)
          .collect(
              Collectors.joining(",", "{\"user_id\":\"" + STILL_USER + "\",\"items\":[", "]}"));

  private final Api api;
  private final ActiveGeneration active;
  private final SplittableRandom random;
  private final Map<Integer, String> first = new HashMap<>(); // by generation; of one thread

  Rankings(
      long seed, Api api, ActiveGeneration active, AtomicBoolean ending, Violations violations) {
    super(ending, violations);
    this.api = api;
    this.active = active;
    this.random = new SplittableRandom(seed);
  }

  @Override
  void step() throws IOException, InterruptedException {
    boolean still = random.nextBoolean();
    Set<Integer> allowed = active.possible();
    Answer answer =
        still
            ? api.post("/v1/rank", STILL_REQUEST)
            : api.post(
                "/v1/recommend",
                "{\"user_id\":\"u%d\",\"limit\":10}".formatted(random.nextInt(EventWriter.USERS)));
    allowed.addAll(active.possible());
    if (answer.ok()) {
      check(answer.json(), still, allowed);
      countOne();
    } else if (!answer.notNow()) {
      violations().add("a good ranking was refused: " + answer);
    }
    Thread.sleep(20);
  }

  private void check(JsonNode ranking, boolean still, Set<Integer> allowed) {
    int generation = ranking.path("generation").asInt(-1);
    if (!allowed.contains(generation)) {
      violations().add("generation %d answered while only %s may".formatted(generation, allowed));
    }
    if (still) {
      String scores =
          ranking
              .get("items")
              .valueStream()
              .map(item ->
                  item.get("id").asString() + "=%.5f".formatted(item.path("score").asDouble()))
              .collect(Collectors.joining(" "));
      String before = first.putIfAbsent(generation, scores);
      if (before != null && !before.equals(scores)) {
        violations()
            .add(
                "generation %d ranked %s, and before that %s"
                    .formatted(generation, scores, before));
      }
    }
  }
}
