package org.espalier.service.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.espalier.service.platform.EspalierApplication;
import org.espalier.service.wire.ProblemCode;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;

/** A propagator from its training to what it answers, through a service of its own. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@TestInstance(Lifecycle.PER_CLASS)
class PropagationHttpTest {

  private static final String KGAT =
      "{\"layers\":[8,4],\"dim\":8,\"epochs\":3,\"activate\":\"auto\",\"seed\":%d}";

  @TempDir static Path data;

  private @Nullable ConfigurableApplicationContext context;
  private RunningHttp service = new RunningHttp(0);
  private int generation;

  @BeforeAll
  void startAndPropagate() {
    context =
        EspalierApplication.run(
            "--server.port=0", "--espalier.data-dir=" + data, "--espalier.ranking.warm-up=0ms");
    service =
        new RunningHttp(
            Integer.parseInt(context.getEnvironment().getRequiredProperty("local.server.port")));
    service.sendWorld(100, 60, 3000);
    service
        .post(
            "/v1/triples:batch",
            IntStream.range(0, 60)
                .mapToObj(i ->
                    "{\"head\":\"i%d\",\"relation\":\"genre\",\"tail\":\"g%d\"}"
                        .formatted(i, i % 2))
                .collect(Collectors.joining(",", "{\"triples\":[", "]}")))
        .assertStatus(200);
    service.awaitAdmin();
    generation = propagate(KGAT.formatted(1));
  }

  @AfterAll
  void stop() {
    if (context != null) {
      context.close();
    }
  }

  private int propagate(String request) {
    JsonNode job = service.awaitEnd(service.submit("/v1/admin/propagations", request));
    assertThat(job.get("status").asString()).as(job.toString()).isEqualTo("succeeded");
    assertThat(job.get("result").get("activated").asBoolean()).as(job.toString()).isTrue();
    return job.get("result").get("generation").asInt();
  }

  private JsonNode rank(String user, String explain, String... items) {
    String candidates =
        Arrays.stream(items)
            .map("{\"id\":\"%s\"}"::formatted)
            .collect(Collectors.joining(",", "[", "]"));
    return service
        .post(
            "/v1/rank",
            "{\"user_id\":\"%s\",\"items\":%s,\"explain\":%s}".formatted(user, candidates, explain))
        .assertStatus(200)
        .json();
  }

  private long click(String user, String item) {
    return service
        .post(
            "/v1/events",
            "[{\"type\":\"click\",\"user_id\":\"%s\",\"item_id\":\"%s\"}]".formatted(user, item))
        .assertStatus(202)
        .json()
        .get("applied")
        .asLong();
  }

  private void awaitApplied(long sequence) {
    service.await(
        "/v1/recommend/u1?n=1", answer -> answer.json().get("applied").asLong() >= sequence);
  }

  @Test
  void rankings_come_from_the_graph_and_say_why() {
    JsonNode ranking = rank("u1", "true", "i1", "i3", "i2");
    assertThat(ranking.get("items")).hasSize(3);
    for (JsonNode item : ranking.get("items")) {
      assertThat(item.get("source").asString()).isEqualTo("kgat");
      assertThat(item.get("size").asInt()).isEqualTo(20);
      JsonNode paths = item.get("explain").get("paths");
      assertThat(paths).hasSizeBetween(1, 3);
      for (JsonNode path : paths) {
        JsonNode hops = path.get("hops");
        assertThat(hops.get(0).get("from").asString()).isEqualTo("u1");
        assertThat(hops.get(0).get("relation").asString()).isEqualTo("interacts");
        assertThat(hops.get(hops.size() - 1).get("to").asString())
            .isEqualTo(item.get("id").asString());
        assertThat(path.get("weight").asDouble()).isBetween(0.0, 1.0);
      }
    }
    assertThat(rank("u1", "false", "i1").get("items").get(0).has("explain")).isFalse();
    JsonNode recommended =
        service
            .post("/v1/recommend", "{\"user_id\":\"u1\",\"limit\":50,\"explain\":true}")
            .assertStatus(200)
            .json();
    assertThat(recommended.get("items")).hasSize(50);
    assertThat(recommended.get("items").get(19).has("explain")).isTrue();
    assertThat(recommended.get("items").get(20).has("explain")).as("bounded").isFalse();
    assertThat(service.get("/v1/recommend/u1?n=100").texts("items", "id"))
        .as("genres are no items")
        .doesNotContain("g0", "g1");
  }

  @Test
  void an_event_changes_the_ranking_of_its_user() {
    JsonNode before = rank("u2", "false", "i10", "i11", "i12", "i13");
    for (int i = 0; i < 4; i++) {
      click("u2", "i11");
      click("u2", "i" + (13 + 2 * i));
    }
    awaitApplied(click("u2", "i31"));
    JsonNode after = rank("u2", "false", "i10", "i11", "i12", "i13");
    assertThat(after.get("items").toString()).isNotEqualTo(before.get("items").toString());
    assertThat(after.get("generation")).isEqualTo(before.get("generation"));
  }

  @Test
  void who_has_only_events_and_what_has_only_triples_is_ranked_and_an_erased_user_is_gone() {
    service
        .post(
            "/v1/triples:batch",
            "{\"triples\":[{\"head\":\"fresh\",\"relation\":\"genre\",\"tail\":\"g1\"}]}")
        .assertStatus(200);
    awaitApplied(click("newcomer", "i5"));
    JsonNode ranking = rank("newcomer", "false", "i7", "fresh");
    assertThat(ranking.get("fallback").isNull()).as(ranking.toString()).isTrue();
    assertThat(ranking.get("unknown_items")).as(ranking.toString()).isEmpty();
    String erasure = service.delete("/v1/users/newcomer").assertStatus(202).header("Location");
    service.await(erasure, now -> now.json().get("status").asString().equals("completed"));
    assertThat(rank("newcomer", "true", "i7").get("fallback").asString()).isEqualTo("popular");
    assertThat(rank("newcomer", "true", "i7").get("items").get(0).get("explain").get("paths"))
        .isEmpty();
  }

  @Test
  void what_is_dirty_is_refreshed_on_demand_and_metrics_tell_how_stale_it_is() {
    click("u3", "i4");
    JsonNode job =
        service.awaitEnd(service.submit("/v1/admin/propagations", "{\"scope\":\"dirty\"}"));
    assertThat(job.get("status").asString()).as(job.toString()).isEqualTo("succeeded");
    assertThat(job.get("result").get("largest_residual").asDouble()).isZero();
    assertThat(job.get("result").get("rows").asLong()).isPositive();
    assertThat(service.get("/v1/admin/propagations").json().get("items")).hasSizeGreaterThan(1);
    service.get("/v1/admin/propagations/" + job.get("job_id").asLong()).assertStatus(200);
    String metrics = service.get("/actuator/prometheus").body();
    assertThat(metrics)
        .contains(
            "espalier_refresh_queue_depth",
            "espalier_refresh_residual_largest",
            "espalier_refresh_residual_mean",
            "espalier_refresh_visible_seconds_bucket",
            "espalier_refresh_rows_total");
  }

  @Test
  void the_best_preset_follows_events_and_says_what_each_chosen_item_adds() {
    propagate("{\"held_out\":0,\"activate\":\"auto\"}"); // best is what is usual
    JsonNode before = rank("u4", "false", "i10", "i11", "i12");
    awaitApplied(click("u4", "i12"));
    awaitApplied(click("u4", "i33"));
    JsonNode after = rank("u4", "true", "i10", "i11", "i12");
    assertThat(after.get("items").toString()).isNotEqualTo(before.get("items").toString());
    int paths = 0;
    for (JsonNode item : after.get("items")) {
      assertThat(item.get("source").asString()).isEqualTo("kgat");
      for (JsonNode path : item.get("explain").get("paths")) {
        paths++;
        assertThat(path.get("hops").get(0).get("relation").asString()).isEqualTo("interacts");
        assertThat(path.get("weight").asDouble()).isPositive();
      }
    }
    assertThat(paths).isPositive();
    propagate(KGAT.formatted(2));
  }

  @Test
  void items_are_served_from_a_share_of_their_numbers_where_that_is_asked_for() {
    int made =
        propagate(
            "{\"model\":\"lightgcn\",\"dim\":8,\"epochs\":2,\"fit_keep\":0.5,\"fit_encoding\":\"fp16\",\"activate\":\"auto\"}");
    JsonNode manifest = service.get("/v1/admin/generations/" + made).assertStatus(200).json();
    assertThat(manifest.get("parameters").get("fit_keep_stored").asDouble()).isBetween(0.1, 0.5);
    assertThat(manifest.get("metrics").has("whole ndcg@20")).as(manifest.toString()).isTrue();
    awaitApplied(click("u5", "i12"));
    assertThat(rank("u5", "false", "i1", "i2", "i3").get("items")).hasSize(3);
    propagate(KGAT.formatted(2));
  }

  @Test
  void requests_that_make_no_sense_are_refused() {
    String path = "/v1/admin/propagations";
    service
        .post(path, "{\"scope\":\"dirty\",\"activate\":\"auto\"}")
        .assertProblem(ProblemCode.INVALID_VALUE);
    service.post(path, "{\"layers\":[]}").assertProblem(ProblemCode.INVALID_VALUE);
    service.post(path, "{\"held_out\":0.9}").assertProblem(ProblemCode.INVALID_VALUE);
    service.post(path, "{\"threads\":0}").assertProblem(ProblemCode.INVALID_VALUE);
    service.post(path, "{\"memory_mb\":1000000000}").assertProblem(ProblemCode.INVALID_VALUE);
    service.post(path, "{\"fit_keep\":1.5}").assertProblem(ProblemCode.INVALID_VALUE);
    service
        .post(path, "{\"preset\":\"best\",\"layers\":[8]}")
        .assertProblem(ProblemCode.INVALID_VALUE);
    service
        .post(path, "{\"fit_keep\":0.5,\"fit_encoding\":\"text\"}")
        .assertProblem(ProblemCode.INVALID_VALUE);
    JsonNode job =
        service.awaitEnd(service.submit(path, "{\"layers\":[4096],\"dim\":4096,\"memory_mb\":1}"));
    assertThat(job.get("status").asString()).isEqualTo("failed");
    assertThat(job.get("error").toString()).contains("memory");
    assertThat(service.get("/v1/admin/stats").json().get("active_generation").asInt())
        .isGreaterThanOrEqualTo(generation);
  }

  @Test
  void random_projections_serve_at_once_and_lightgcn_too() {
    for (String model : new String[] {"fastrp", "lightgcn"}) {
      int made =
          propagate(
              "{\"model\":\"%s\",\"dim\":16,\"epochs\":2,\"held_out\":0,\"activate\":\"auto\"}"
                  .formatted(model));
      JsonNode ranking = rank("u1", "true", "i1", "i2");
      assertThat(ranking.get("generation").asInt()).isGreaterThanOrEqualTo(made);
      assertThat(ranking.get("items").get(0).get("explain").get("paths")).isNotEmpty();
    }
    propagate(KGAT.formatted(2));
  }
}
