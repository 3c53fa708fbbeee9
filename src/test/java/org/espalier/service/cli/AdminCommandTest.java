package org.espalier.service.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.espalier.service.platform.EspalierApplication;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code ./espalier admin …} against a service. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class AdminCommandTest {

  @TempDir static Path data;
  private static @Nullable ConfigurableApplicationContext context;
  private static String url = "";

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeAll
  static void startWithEvents() throws Exception {
    context =
        EspalierApplication.run(
            "--server.port=0", "--espalier.data-dir=" + data, "--espalier.ranking.warm-up=0ms");
    url = "http://127.0.0.1:" + context.getEnvironment().getProperty("local.server.port");
    SplittableRandom random = new SplittableRandom(1);
    String events = // a minute apart, because pruning splits them by time
        IntStream.range(0, 3000)
            .mapToObj(e ->
                "{\"type\":\"click\",\"user_id\":\"u%d\",\"item_id\":\"i%d\",\"timestamp\":\"%s\"}"
                    .formatted(
                        e % 100,
                        random.nextInt(30) * 2 + e % 2,
                        Instant.ofEpochSecond(1_750_000_000 + 60L * e)))
            .collect(Collectors.joining(",", "[", "]"));
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url + "/v1/events"))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(events))
            .build();
    assertThat(HttpClient.newHttpClient().send(request, BodyHandlers.discarding()).statusCode())
        .isEqualTo(202);
    while (new AdminCommandTest().run("jobs") != 0) { // the database opens beside the start
      LockSupport.parkNanos(50_000_000);
    }
  }

  @AfterAll
  static void stop() {
    if (context != null) {
      context.close();
    }
  }

  @Test
  void a_generation_goes_from_training_to_answering_and_back() {
    JsonNode first = json("train", "--dim", "4", "--activate", "auto", "--wait", "--json");
    assertThat(first.get("status").asString()).isEqualTo("succeeded");
    assertThat(err.toString()).isEmpty();
    String one = first.get("result").get("generation").toString();
    JsonNode second = json("train", "--dim", "8", "--seed", "2", "--wait", "--json");
    String two = second.get("result").get("generation").toString();

    assertThat(text("generations")).contains("active").contains("ndcg@20");
    assertThat(text("activate", two)).startsWith("Generation " + two).contains("is active");
    assertThat(run("activate", one, "--expected", one)).isEqualTo(1);
    assertThat(err.toString())
        .startsWith(
            "espalier: POST /v1/admin/generations/" + one + ":activate was refused with 409")
        .hasLineCount(1);
    assertThat(text("activate", one, "--expected", two)).contains("is active");
    assertThat(text("pin", two, "--reason", "keep")).contains("is pinned");
    assertThat(run("delete", two)).isEqualTo(1);
    assertThat(text("unpin", two)).doesNotContain("is pinned");
    assertThat(text("compare", one, two, "--users", "20")).contains("Of the top 20 of 20 users");
    assertThat(text("delete", two)).isEqualTo("Deleted generation %s.\n".formatted(two));
    assertThat(json("generations", "--json").get("items")).hasSize(1);
    assertThat(text("audit")).contains("generation.activate", "generation_pinned");
  }

  @Test
  void pruning_makes_a_generation_of_the_wanted_share() {
    JsonNode job =
        json("prune", "--keep", "0.5", "--dim", "4", "--method", "uniform", "--wait", "--json");
    assertThat(job.get("status").asString()).isEqualTo("succeeded");
    assertThat(job.get("request").get("target").get("keep").asDouble()).isEqualTo(0.5);
    String pruned = job.get("result").get("generation").toString();
    assertThat(text("generation", pruned)).contains(pruned);
    assertThat(run("prune", "--keep", "2")).isEqualTo(1);
    assertThat(err.toString()).contains("keep");
    assertThat(run("prune", "--auto-budget", "-1")).isEqualTo(1);
    assertThat(err.toString()).contains("-1.0 is not in [0, 1]");
    assertThat(text("delete", pruned)).contains("Deleted");
  }

  @Test
  void a_propagation_takes_what_its_item_vectors_may_keep() {
    assertThat(run("propagate", "--model", "fastrp", "--fit-keep", "2")).isEqualTo(1);
    assertThat(err.toString()).contains("fit_keep");
    assertThat(run("propagate", "--fit-keep", "0.5", "--fit-encoding", "fp1")).isEqualTo(1);
    assertThat(err.toString()).contains("fit_encoding", "int8");
  }

  @Test
  void jobs_are_listed_shown_cancelled_and_run_again() {
    JsonNode job = json("train", "--dim", "640", "--json");
    String id = job.get("job_id").toString();
    assertThat(text("jobs", "--kind", "training")).contains("training");
    assertThat(run("cancel", id)).isZero();
    assertThat(run("watch", id)).as("it came to nothing").isEqualTo(1);
    assertThat(out.toString()).contains("Job " + id + " (training) was cancelled");
    JsonNode backup = json("backup", "--wait", "--json");
    assertThat(backup.get("status").asString()).isEqualTo("succeeded");
    assertThat(text("backups")).contains("backup");
    assertThat(run("rerun", backup.get("job_id").toString(), "--wait")).isZero();
    assertThat(run("cleanup", "--wait")).isZero();
    assertThat(json("trim", "--max-age", "P36500D", "--wait", "--json").get("status").asString())
        .isEqualTo("succeeded");
    assertThat(json("start", "backups", "--wait", "--json", "--request", "{\"keep\":1}").toString())
        .contains("succeeded");
    assertThat(run("start", "../keys")).isEqualTo(2);
    assertThat(run("start", "backups", "--request", "[]")).isEqualTo(2);
    assertThat(text("stats")).contains("active_generation");
  }

  @Test
  void refusals_and_wrong_usage_have_their_exit_codes() {
    assertThat(run("job", "999999")).isEqualTo(1);
    assertThat(err.toString()).contains("there is no job 999999").hasLineCount(1);
    assertThat(run("train", "--dim", "0")).isEqualTo(1);
    assertThat(err.toString()).contains("dim must be 1 to");
    assertThat(run("start", "nothing", "--request", "{}")).isEqualTo(1);
    assertThat(err.toString()).contains("404", "if the service has a management port, name that");
    assertThat(run("job", "x")).isEqualTo(2);
    assertThat(run("frobnicate")).isEqualTo(2);
    assertThat(run("jobs", "--url", "ftp://somewhere")).isEqualTo(2);
    assertThat(run("jobs", "--url", "http://127.0.0.1:1")).isEqualTo(1);
    assertThat(err.toString()).startsWith("espalier: http://127.0.0.1:1 does not answer");
  }

  private String text(String... arguments) {
    assertThat(run(arguments)).as("%s%s", out, err).isZero();
    return out.toString();
  }

  private JsonNode json(String... arguments) {
    String answer = text(arguments);
    assertThat(answer).as("one object and nothing else").hasLineCount(1);
    return JsonMapper.shared().readTree(answer);
  }

  private int run(String... arguments) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    List<String> all = new ArrayList<>(List.of("admin"));
    all.addAll(List.of(arguments));
    if (!all.contains("--url") && arguments.length > 0 && !arguments[0].equals("frobnicate")) {
      all.add("--url=" + url);
    }
    return EspalierCommand.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(all.toArray(String[]::new));
  }
}
