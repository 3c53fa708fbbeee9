package org.espalier.service.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.espalier.learning.mf.MfLoss;
import org.espalier.service.platform.Activation;
import org.espalier.service.training.ModelTrainer;
import org.espalier.service.training.TrainingResult.Trained;
import org.espalier.service.training.TrainingSpec;
import org.espalier.service.wire.ProblemCode;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import tools.jackson.databind.JsonNode;

@TestInstance(Lifecycle.PER_CLASS)
class RankingHttpTest extends HttpTest {

  private static final int USERS = 60;
  private static final int ITEMS = 80;
  private static final int GROUPS = 4;
  private static final String[] RANKING = {
    "ranking_id",
    "generation",
    "variant",
    "took_ms",
    "fallback",
    "unknown_items",
    "applied",
    "items",
    "next_cursor"
  };

  @Autowired private ModelTrainer trainer;
  @Autowired private Activation activation;
  private int generation;

  @BeforeAll
  void trainOnGroups() {
    SplittableRandom random = new SplittableRandom(5);
    List<String> events = new ArrayList<>();
    for (int u = 0; u < USERS; u++) {
      for (int i = 0; i < ITEMS; i++) {
        if (u % GROUPS == i % GROUPS && random.nextDouble() < 0.6) {
          events.add(event("click", "rk-u" + u, item(i)));
        }
      }
    }
    send(events);
    put("/v1/items/rk-plain", "{\"fields\":{\"rk-kind\":\"plain\"}}").assertStatus(201);
    generation = train();
  }

  @Test
  void a_recommendation_has_its_whole_shape() {
    Answer answer = post("/v1/recommend", "{\"user_id\":\"rk-u1\",\"limit\":5}").assertStatus(200);
    answer.assertMembers(RANKING);
    JsonNode json = answer.json();
    assertThat(json.get("ranking_id").asString()).hasSize(22);
    assertThat(json.get("generation").asInt()).isGreaterThanOrEqualTo(generation);
    assertThat(json.get("fallback").isNull()).isTrue();
    assertThat(json.get("unknown_items").isArray()).isTrue();
    assertThat(json.get("applied").asLong()).isPositive();
    assertThat(json.get("took_ms").asLong()).isNotNegative();
    assertThat(json.get("items")).hasSize(5);
    JsonNode first = json.get("items").get(0);
    assertThat(first.propertyNames())
        .containsExactlyInAnyOrder("id", "score", "rank", "source", "size");
    assertThat(first.get("source").asString()).isEqualTo("mf");
    assertThat(first.get("rank").asInt()).isEqualTo(1);
    assertThat(first.get("size").asInt()).isEqualTo(8);
    assertThat(ids(answer)).allSatisfy(id -> assertThat(group(id)).isEqualTo(1));
  }

  @Test
  void the_short_form_answers_the_same() {
    List<String> wanted = ids(post("/v1/recommend", "{\"user_id\":\"rk-u2\",\"limit\":7}"));
    assertThat(ids(get("/v1/recommend/rk-u2?n=7").assertStatus(200))).isEqualTo(wanted).hasSize(7);
    assertThat(ids(get("/v1/recommend/rk-u2"))).hasSize(10);
  }

  @Test
  void unknown_users_get_popular_items_and_never_404() {
    Answer answer = get("/v1/recommend/rk%2Fnobody").assertStatus(200).assertMembers(RANKING);
    assertThat(answer.json().get("fallback").asString()).isEqualTo("popular");
    assertThat(answer.texts("items", "source")).isNotEmpty().containsOnly("popular");
  }

  @Test
  void candidates_are_put_in_order_and_unknown_ones_named() {
    Answer answer =
        post(
            "/v1/rank",
            """
            {"user_id":"rk-u3","items":[{"id":"rk-i0"},{"id":"rk-x"},{"id":"rk-i3"},{"id":"rk-i0"}],
             "context":{"device":"ios"}}\
            """);
    answer.assertStatus(200).assertMembers(RANKING);
    assertThat(ids(answer)).containsExactly("rk-i3", "rk-i0");
    assertThat(answer.json().get("unknown_items").toString()).isEqualTo("[\"rk-x\"]");
  }

  @Test
  void three_clicks_change_a_ranking_at_once() {
    send(List.of(event("click", "rk-mover", item(0)), event("click", "rk-mover", item(4))));
    List<String> before = ids(get("/v1/recommend/rk-mover?n=5"));
    assertThat(before).allSatisfy(id -> assertThat(group(id)).isZero());
    Answer clicks =
        send(
            List.of(
                event("click", "rk-mover", item(1)),
                event("click", "rk-mover", item(5)),
                event("click", "rk-mover", item(9))));
    Answer after = get("/v1/recommend/rk-mover?n=5");
    assertThat(after.json().get("applied").asLong())
        .isGreaterThanOrEqualTo(clicks.json().get("applied").asLong());
    assertThat(ids(after)).anySatisfy(id -> assertThat(group(id)).isEqualTo(1));
  }

  @Test
  void a_new_user_is_known_after_one_click() {
    send(List.of(event("click", "rk-fresh", item(2))));
    Answer answer = get("/v1/recommend/rk-fresh?n=3");
    assertThat(answer.json().get("fallback").isNull()).isTrue();
    assertThat(ids(answer)).allSatisfy(id -> assertThat(group(id)).isEqualTo(2));
  }

  @Test
  void hidden_and_deleted_items_leave_rankings_at_once() {
    String path = "/v1/recommend/rk-u5?n=1000";
    List<String> all = ids(get(path));
    String hidden = all.get(0);
    String deleted = all.get(1);
    assertThat(put("/v1/items/" + hidden, "{\"hidden\":true}").status()).isIn(200, 201);
    delete("/v1/items/" + deleted).assertStatus(204);
    assertThat(ids(get(path))).doesNotContain(hidden, deleted).contains(all.get(2));
    assertThat(ids(get("/v1/recommend/rk-nobody?n=1000"))).doesNotContain(hidden, deleted);
    post(
            "/v1/items:batch",
            "{\"items\":[{\"id\":\"%s\"},{\"id\":\"%s\"}]}".formatted(hidden, deleted))
        .assertStatus(200);
    assertThat(ids(get(path)).subList(0, 2)).containsExactly(hidden, deleted);
  }

  @Test
  void exclusions_and_pages() {
    List<String> all = ids(get("/v1/recommend/rk-u6?n=30"));
    Answer page =
        post("/v1/recommend", "{\"user_id\":\"rk-u6\",\"limit\":10,\"offset\":10}")
            .assertStatus(200);
    assertThat(ids(page)).isEqualTo(all.subList(10, 20));
    assertThat(page.json().get("items").get(0).get("rank").asInt()).isEqualTo(11);
    Answer without =
        post(
            "/v1/recommend",
            "{\"user_id\":\"rk-u6\",\"exclude_items\":[\"%s\"],\"exclude_seen\":[\"click\"]}"
                .formatted(all.getFirst()));
    List<String> seen = get("/v1/users/rk-u6/events?limit=1000").texts("items", "item_id");
    assertThat(ids(without)).isNotEmpty().doesNotContain(all.getFirst());
    assertThat(ids(without)).doesNotContainAnyElementsOf(seen);
  }

  @Test
  void filters_exclusions_diversity_and_cursors_go_through_the_api() {
    for (int i = 0; i < ITEMS; i++) {
      put(
          "/v1/items/" + item(i),
          "{\"fields\":{\"rk-kind\":[\"k%d\",\"all\"],\"rk-year\":%d},\"categories\":[\"rk\"]}"
              .formatted(i % 3, 1990 + i));
    }
    String wishes =
        """
        "user_id":"rk-u6","limit":4,"exclude_seen":{"types":["click"],"within":"P30D"},
        "filter":{"all":[{"field":"rk-kind","in":["k1","k2"]},{"field":"rk-year","range":{"lt":2060}}],
                  "none":[{"field":"rk-kind","eq":"k2"}]}\
        """;
    Answer first = post("/v1/recommend", "{" + wishes + "}").assertStatus(200);
    first.assertMembers(RANKING);
    List<String> seen = get("/v1/users/rk-u6/events?limit=1000").texts("items", "item_id");
    assertThat(ids(first)).hasSize(4).doesNotContainAnyElementsOf(seen);
    assertThat(ids(first)).allSatisfy(id -> assertThat(number(id) % 3).isEqualTo(1));
    String cursor = first.json().get("next_cursor").asString();
    String next = "{" + wishes + ",\"cursor\":\"" + cursor + "\"}";
    Answer second = post("/v1/recommend", next).assertStatus(200);
    assertThat(second.json().get("items").get(0).get("rank").asInt()).isEqualTo(5);
    assertThat(ids(second)).hasSize(4).doesNotContainAnyElementsOf(ids(first));
    post("/v1/recommend", next.replace("2060", "2059")).assertProblem(ProblemCode.INVALID_CURSOR);
    Answer diverse =
        post(
                "/v1/recommend",
                "{\"user_id\":\"rk-u6\",\"limit\":6,\"diversity\":{\"field\":\"rk-kind\",\"max_per_value\":2,\"lambda\":0.5},"
                    + "\"filter\":{\"field\":\"categories\",\"eq\":\"rk\"}}")
            .assertStatus(200);
    assertThat(ids(diverse)).hasSize(2); // they all share one value
    train();
    post("/v1/recommend", next).assertProblem(ProblemCode.STALE_GENERATION);
  }

  @Test
  void several_users_are_answered_in_their_order() {
    Answer answer =
        post("/v1/recommend:batch", "{\"user_ids\":[\"rk-u1\",\"rk-who\",\"rk-u2\"],\"limit\":3}")
            .assertStatus(200);
    answer.assertMembers("rankings");
    assertThat(answer.texts("rankings", "user_id")).containsExactly("rk-u1", "rk-who", "rk-u2");
    JsonNode rankings = answer.json().get("rankings");
    assertThat(rankings.get(0).get("ranking").propertyNames()).containsExactlyInAnyOrder(RANKING);
    assertThat(rankings.get(1).get("ranking").get("fallback").asString()).isEqualTo("popular");
    assertThat(rankings.get(2).get("ranking").get("items")).hasSize(3);
  }

  @Test
  void somebody_without_an_id_is_ranked_for_by_a_history() {
    Answer answer =
        post("/v1/recommend", "{\"history\":[\"rk-i1\",\"rk-i5\"],\"limit\":3}").assertStatus(200);
    assertThat(answer.json().get("fallback").isNull()).isTrue();
    assertThat(ids(answer)).allSatisfy(id -> assertThat(group(id)).isEqualTo(1));
  }

  @Test
  void a_filter_a_hundred_deep_is_refused() {
    String filter = "{\"all\":[".repeat(100) + "]}".repeat(100);
    post("/v1/recommend", "{\"user_id\":\"u\",\"filter\":" + filter + "}")
        .assertProblem(ProblemCode.TOO_DEEP);
    String shallower = "{\"all\":[".repeat(20) + "]}".repeat(20);
    post("/v1/recommend", "{\"user_id\":\"u\",\"filter\":" + shallower + "}")
        .assertProblem(ProblemCode.TOO_DEEP);
  }

  @Test
  void an_experiment_splits_users_until_it_is_deleted() {
    await();
    String path = "/v1/admin/experiments/rk-test";
    String half =
        "{\"variants\":[{\"name\":\"A\",\"share\":0.5},{\"name\":\"B\",\"generation\":%d,\"share\":0.5}]}";
    get(path).assertProblem(ProblemCode.UNKNOWN_EXPERIMENT);
    put(path, half.formatted(99_999)).assertProblem(ProblemCode.UNKNOWN_GENERATION);
    JsonNode begun = put(path, half.formatted(generation)).assertStatus(200).json();
    assertThat(begun.get("running").asBoolean()).isTrue();
    assertThat(get("/v1/admin/experiments").json().get("items")).hasSize(1);
    put("/v1/admin/experiments/other", half.formatted(generation))
        .assertProblem(ProblemCode.EXPERIMENT_CONFLICT);
    HashSet<String> variants = new HashSet<>();
    for (int u = 0; u < 30; u++) {
      JsonNode ranking = get("/v1/recommend/rk-u" + u + "?n=1").assertStatus(200).json();
      variants.add(ranking.get("variant").asString());
      if (ranking.get("variant").asString().equals("B")) {
        assertThat(ranking.get("generation").asInt()).isEqualTo(generation);
      }
    }
    assertThat(variants).containsExactlyInAnyOrder("A", "B");
    delete(path).assertStatus(204);
    delete(path).assertProblem(ProblemCode.UNKNOWN_EXPERIMENT);
    assertThat(get("/v1/recommend/rk-u1?n=1").json().get("variant").isNull()).isTrue();
    assertThat(get("/v1/admin/audit?limit=20").texts("items", "operation"))
        .contains("experiment.put", "experiment.delete");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"variants\":[]}",
        "{\"variants\":[{\"name\":\"A\",\"share\":0}]}",
        "{\"variants\":[{\"name\":\"A\",\"share\":1.5}]}",
        "{\"variants\":[{\"name\":\"A\",\"share\":0.6},{\"name\":\"B\",\"share\":0.6}]}",
        "{\"variants\":[{\"name\":\"A\",\"share\":0.1},{\"name\":\"A\",\"share\":0.1}]}",
        "{\"variants\":[{\"name\":\"A b\",\"share\":0.1}]}",
        "{\"salt\":\"a\\nb\",\"variants\":[{\"name\":\"A\",\"share\":0.1}]}"
      })
  void an_experiment_that_cannot_be_is_refused(String body) {
    await();
    put("/v1/admin/experiments/rk-bad", body).assertProblem(ProblemCode.INVALID_VALUE);
  }

  private void await() {
    new RunningHttp(port).awaitAdmin();
  }

  @Test
  void similar_items_come_with_their_shape() {
    Answer answer = get("/v1/items/rk-i7/similar?n=4").assertStatus(200).assertMembers(RANKING);
    assertThat(ids(answer)).hasSize(4).doesNotContain("rk-i7");
    // other tests' events are in the model too, and may bring one of another group
    assertThat(ids(answer)).filteredOn(id -> group(id) == 3).hasSizeGreaterThanOrEqualTo(3);
    get("/v1/items/rk-x/similar").assertProblem(ProblemCode.UNKNOWN_ITEM);
  }

  @Test
  void vectors_are_looked_up_in_two_formats_that_agree() {
    String keys =
        "\"keys\":[{\"table\":\"item\",\"id\":\"rk-i1\"},{\"table\":\"user\",\"id\":\"rk-u1\"},"
            + "{\"table\":\"item\",\"id\":\"rk-x\"}]";
    Answer floats = post("/v1/embeddings:lookup", "{" + keys + "}").assertStatus(200);
    floats.assertMembers("generation", "dim", "embeddings");
    Answer packed =
        post("/v1/embeddings:lookup", "{" + keys + ",\"format\":\"base64_f32\"}").assertStatus(200);
    JsonNode embeddings = floats.json().get("embeddings");
    assertThat(embeddings).hasSize(3);
    for (int k = 0; k < 2; k++) {
      JsonNode vector = embeddings.get(k).get("vector");
      assertThat(vector).hasSize(8);
      ByteBuffer bytes =
          ByteBuffer.wrap(
                  Base64.getDecoder()
                      .decode(packed.json().get("embeddings").get(k).get("vector").asString()))
              .order(ByteOrder.LITTLE_ENDIAN);
      for (JsonNode value : vector) {
        assertThat(bytes.getFloat()).isEqualTo(value.floatValue());
      }
      assertThat(bytes.hasRemaining()).isFalse();
    }
    assertThat(embeddings.get(2).toString())
        .isEqualTo(
            "{\"table\":\"item\",\"id\":\"rk-x\",\"found\":false,\"size\":0,\"vector\":null}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/v1/rank|''|EMPTY_BODY",
        "/v1/rank|{|BROKEN_JSON",
        "/v1/rank|[]|INVALID_TYPE",
        "/v1/rank|{\"items\":[]}|MISSING_FIELD",
        "/v1/rank|{\"user_id\":\"u\"}|MISSING_FIELD",
        "/v1/rank|{\"user_id\":null,\"items\":[]}|MISSING_FIELD",
        "/v1/rank|{\"user_id\":7,\"items\":[]}|INVALID_TYPE",
        "/v1/rank|{\"user_id\":\"\",\"items\":[]}|INVALID_ID",
        "/v1/rank|{\"user_id\":\"u\",\"items\":[null]}|INVALID_TYPE",
        "/v1/rank|{\"user_id\":\"u\",\"items\":[\"i\"]}|INVALID_TYPE",
        "/v1/rank|{\"user_id\":\"u\",\"items\":{}}|INVALID_TYPE",
        "/v1/rank|{\"user_id\":\"u\",\"items\":[{}]}|MISSING_FIELD",
        "/v1/rank|{\"user_id\":\"u\",\"items\":[{\"id\":\"\"}]}|INVALID_ID",
        "/v1/rank|{\"user_id\":\"u\",\"items\":[{\"id\":\"i\",\"x\":1}]}|UNKNOWN_FIELD",
        "/v1/rank|{\"user_id\":\"u\",\"items\":[],\"explain\":\"yes\"}|INVALID_TYPE",
        "/v1/rank|{\"user_id\":\"u\",\"items\":[],\"explane\":true}|UNKNOWN_FIELD",
        "/v1/rank|{\"user_id\":\"u\",\"user_id\":\"v\",\"items\":[]}|BROKEN_JSON",
        "/v1/rank|{\"user_id\":\"u\",\"items\":[]} x|BROKEN_JSON",
        "/v1/recommend|{}|MISSING_FIELD",
        "/v1/recommend|{\"user_id\":\"u\",\"limit\":0}|INVALID_VALUE",
        "/v1/recommend|{\"user_id\":\"u\",\"limit\":-1}|INVALID_VALUE",
        "/v1/recommend|{\"user_id\":\"u\",\"limit\":1000000000}|INVALID_VALUE",
        "/v1/recommend|{\"user_id\":\"u\",\"limit\":99999999999}|INVALID_TYPE",
        "/v1/recommend|{\"user_id\":\"u\",\"limit\":1.5}|INVALID_TYPE",
        "/v1/recommend|{\"user_id\":\"u\",\"limit\":\"10\"}|INVALID_TYPE",
        "/v1/recommend|{\"user_id\":\"u\",\"offset\":-1}|INVALID_VALUE",
        "/v1/recommend|{\"user_id\":\"u\",\"exclude_items\":\"i\"}|INVALID_TYPE",
        "/v1/recommend|{\"user_id\":\"u\",\"exclude_items\":[null]}|INVALID_TYPE",
        "/v1/recommend|{\"user_id\":\"u\",\"history\":[]}|INVALID_VALUE",
        "/v1/recommend|{\"history\":[\"\"]}|INVALID_ID",
        "/v1/recommend|{\"history\":null}|MISSING_FIELD",
        "/v1/recommend|{\"user_id\":\"u\",\"filter\":{\"x\":1}}|UNKNOWN_FIELD",
        "/v1/recommend|{\"user_id\":\"u\",\"filter\":[]}|INVALID_TYPE",
        "/v1/recommend|{\"user_id\":\"u\",\"filter\":{\"all\":{}}}|INVALID_TYPE",
        "/v1/recommend|{\"user_id\":\"u\",\"filter\":{\"all\":[null]}}|INVALID_TYPE",
        "/v1/recommend|{\"user_id\":\"u\",\"filter\":{\"field\":\"rk-none\",\"eq\":1}}|UNKNOWN_FIELD",
        "/v1/recommend|{\"user_id\":\"u\",\"filter\":{\"field\":\"rk-kind\"}}|INVALID_VALUE",
        "/v1/recommend|{\"user_id\":\"u\",\"filter\":{\"field\":\"rk-kind\",\"in\":[{}]}}|INVALID_TYPE",
        "/v1/recommend|{\"user_id\":\"u\",\"filter\":{\"field\":\"rk-kind\",\"range\":{\"gte\":\"a\"}}}|INVALID_TYPE",
        "/v1/recommend|{\"user_id\":\"u\",\"filter\":{\"field\":\"rk-kind\",\"exists\":1}}|INVALID_TYPE",
        "/v1/recommend|{\"user_id\":\"u\",\"cursor\":\"AAAA\"}|INVALID_CURSOR",
        "/v1/recommend|{\"user_id\":\"u\",\"exclude_seen\":\"click\"}|INVALID_TYPE",
        "/v1/recommend|{\"user_id\":\"u\",\"exclude_seen\":[7]}|INVALID_TYPE",
        "/v1/recommend|{\"user_id\":\"u\",\"exclude_seen\":{}}|MISSING_FIELD",
        "/v1/recommend|{\"user_id\":\"u\",\"exclude_seen\":{\"types\":[\"a\"],\"x\":1}}|UNKNOWN_FIELD",
        "/v1/recommend|{\"user_id\":\"u\",\"exclude_seen\":{\"types\":[\"a\"],\"within\":\"30 days\"}}|INVALID_VALUE",
        "/v1/recommend|{\"user_id\":\"u\",\"diversity\":{\"lambda\":2}}|INVALID_VALUE",
        "/v1/recommend|{\"user_id\":\"u\",\"diversity\":{\"field\":\"rk-kind\",\"max_per_value\":0}}|INVALID_VALUE",
        "/v1/recommend|{\"user_id\":\"u\",\"popular_by\":\"rk-none\"}|UNKNOWN_FIELD",
        "/v1/recommend:batch|{}|MISSING_FIELD",
        "/v1/recommend:batch|{\"user_ids\":\"u\"}|INVALID_TYPE",
        "/v1/recommend:batch|{\"user_ids\":[\"u\",\"\"]}|INVALID_ID",
        "/v1/recommend:batch|{\"user_ids\":[\"u\"],\"limit\":0}|INVALID_VALUE",
        "/v1/recommend:batch|{\"user_ids\":[\"u\"],\"limit\":1000000000}|INVALID_VALUE",
        "/v1/rank|{\"user_id\":\"u\",\"items\":[],\"limit\":-1}|INVALID_VALUE",
        "/v1/embeddings:lookup|{\"keys\":[{\"table\":\"shoe\",\"id\":\"i\"}]}|INVALID_TYPE",
        "/v1/embeddings:lookup|{\"keys\":[{\"table\":\"item\",\"id\":\"\"}]}|INVALID_ID",
        "/v1/embeddings:lookup|{\"keys\":[],\"format\":\"xml\"}|INVALID_TYPE"
      })
  void a_bad_request_is_refused_by_its_code(String path, String body, ProblemCode code) {
    Answer answer = post(path, body).assertProblem(code);
    assertThat(answer.json().get("detail").asString()).doesNotContain("java", "espalier.service");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"id\":\"a\"},7|items[1] must be an object",
        "{\"id\":\"a\"},null|items[1] must be an object",
        "{\"id\":\"a\"},[\"b\"]|items[1] must be an object",
        "{\"id\":\"a\"},{}|items[1].id is missing",
        "{\"id\":\"a\"},{\"id\":null}|items[1].id must be a string",
        "{\"id\":\"a\"},{\"id\":7}|items[1].id must be a string",
        "{\"id\":\"a\"},{\"id\":{\"id\":\"b\"}}|items[1].id must be a string",
        "{\"id\":\"a\"},{\"id\":\"b\",\"di\":[1]}|\"di\" is not known here; known are id"
      })
  void what_is_wrong_with_a_candidate_is_said_with_its_place(String candidates, String detail) {
    Answer answer = post("/v1/rank", "{\"user_id\":\"u\",\"items\":[" + candidates + "]}");
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.json().get("detail").asString()).isEqualTo(detail);
  }

  @ParameterizedTest
  @CsvSource({
    "/v1/recommend/u?n=0, INVALID_VALUE",
    "/v1/recommend/u?n=-1, INVALID_VALUE",
    "/v1/recommend/u?n=ten, INVALID_TYPE",
    "/v1/recommend/u?n=1000000000, INVALID_VALUE",
    "/v1/recommend/a%0Ab, INVALID_ID",
    "/v1/items/rk-i1/similar?n=0, INVALID_VALUE"
  })
  void a_bad_query_is_refused_by_its_code(String path, ProblemCode code) {
    get(path).assertProblem(code);
  }

  @Test
  void too_many_candidates_are_refused() {
    String items =
        IntStream.rangeClosed(0, 10_000)
            .mapToObj(i -> "{\"id\":\"i" + i + "\"}")
            .collect(Collectors.joining(","));
    post("/v1/rank", "{\"user_id\":\"u\",\"items\":[" + items + "]}")
        .assertProblem(ProblemCode.TOO_MANY_ELEMENTS);
  }

  @Test
  void rankings_go_on_while_generations_change_and_events_arrive() throws Exception {
    AtomicBoolean done = new AtomicBoolean();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<HashSet<Integer>>> readers = new ArrayList<>();
      AtomicInteger asked = new AtomicInteger();
      AtomicInteger answered = new AtomicInteger();
      for (int r = 0; r < 3; r++) {
        String candidates = "{\"id\":\"rk-i0\"},{\"id\":\"rk-i1\"}";
        String rank = "{\"user_id\":\"rk-u%d\",\"items\":[%s]}".formatted(r, candidates);
        readers.add(
            threads.submit(() -> {
              HashSet<Integer> generations = new HashSet<>();
              while (!done.get()) {
                asked.addAndGet(2);
                Answer answer = get("/v1/recommend/rk-u8?n=5").assertStatus(200);
                assertThat(answer.json().get("fallback").isNull()).isTrue();
                answered.incrementAndGet();
                generations.add(answer.json().get("generation").asInt());
                post("/v1/rank", rank).assertStatus(200);
                answered.incrementAndGet();
              }
              return generations;
            }));
      }
      Callable<Void> writer =
          () -> {
            for (int i = 0; !done.get(); i++) {
              send(List.of(event("click", "rk-u" + i % USERS, item(i % ITEMS))));
            }
            return null;
          };
      Future<Void> written = threads.submit(writer);
      int first = train();
      int second = train();
      for (int i = 0; i < 20; i++) { // nothing is dropped, however often they change
        activation.activate(i % 2 == 0 ? first : second);
      }
      activation.activate(second);
      assertThat(get("/v1/recommend/rk-u8").json().get("generation").asInt()).isEqualTo(second);
      done.set(true);
      written.get();
      HashSet<Integer> seen = new HashSet<>();
      for (Future<HashSet<Integer>> reader : readers) {
        seen.addAll(reader.get());
      }
      assertThat(seen.size()).isGreaterThan(1);
      assertThat(asked.get()).isPositive().isEqualTo(answered.get());
    }
  }

  private int train() {
    Trained trained =
        (Trained) trainer.train(new TrainingSpec(MfLoss.ALS, 8, 1, 1, 0), _ -> {}, () -> false);
    activation.activate(trained.generation());
    return trained.generation();
  }

  private Answer send(List<String> events) {
    return post("/v1/events", "[" + String.join(",", events) + "]").assertStatus(202);
  }

  private static String event(String type, String user, String item) {
    return "{\"type\":\"%s\",\"user_id\":\"%s\",\"item_id\":\"%s\"}".formatted(type, user, item);
  }

  private static List<String> ids(Answer answer) {
    return answer.texts("items", "id");
  }

  private static String item(int item) {
    return "rk-i" + item;
  }

  private static int number(String item) {
    return Integer.parseInt(item.substring(4));
  }

  private static int group(String item) {
    return item.startsWith("rk-i") ? Integer.parseInt(item.substring(4)) % GROUPS : -1;
  }
}
