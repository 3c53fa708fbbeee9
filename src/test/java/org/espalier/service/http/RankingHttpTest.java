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
    "ranking_id", "generation", "took_ms", "fallback", "unknown_items", "applied", "items"
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
    put("/v1/items/" + hidden, "{\"hidden\":true}").assertStatus(201);
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
  void similar_items_come_with_their_shape() {
    Answer answer = get("/v1/items/rk-i7/similar?n=4").assertStatus(200).assertMembers(RANKING);
    assertThat(ids(answer)).hasSize(4).doesNotContain("rk-i7");
    assertThat(ids(answer)).allSatisfy(id -> assertThat(group(id)).isEqualTo(3));
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
        "/v1/rank|{\"user_id\":null,\"items\":[]}|INVALID_TYPE",
        "/v1/rank|{\"user_id\":7,\"items\":[]}|INVALID_TYPE",
        "/v1/rank|{\"user_id\":\"\",\"items\":[]}|INVALID_ID",
        "/v1/rank|{\"user_id\":\"u\",\"items\":[null]}|INVALID_TYPE",
        "/v1/rank|{\"user_id\":\"u\",\"items\":[\"i\"]}|INVALID_TYPE",
        "/v1/rank|{\"user_id\":\"u\",\"items\":{}}|INVALID_TYPE",
        "/v1/rank|{\"user_id\":\"u\",\"items\":[{}]}|MISSING_FIELD",
        "/v1/rank|{\"user_id\":\"u\",\"items\":[{\"id\":\"\"}]}|INVALID_ID",
        "/v1/rank|{\"user_id\":\"u\",\"items\":[{\"id\":\"i\",\"x\":1}]}|UNKNOWN_FIELD",
        "/v1/rank|{\"user_id\":\"u\",\"items\":[],\"explain\":true}|UNKNOWN_FIELD",
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
        "/v1/recommend|{\"user_id\":\"u\",\"filter\":{}}|UNKNOWN_FIELD",
        "/v1/embeddings:lookup|{\"keys\":[{\"table\":\"shoe\",\"id\":\"i\"}]}|INVALID_TYPE",
        "/v1/embeddings:lookup|{\"keys\":[{\"table\":\"item\",\"id\":\"\"}]}|INVALID_ID",
        "/v1/embeddings:lookup|{\"keys\":[],\"format\":\"xml\"}|INVALID_TYPE"
      })
  void a_bad_request_is_refused_by_its_code(String path, String body, ProblemCode code) {
    Answer answer = post(path, body).assertProblem(code);
    assertThat(answer.json().get("detail").asString()).doesNotContain("java", "espalier.service");
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
    HashSet<Integer> seen = new HashSet<>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Callable<HashSet<Integer>> reader =
          () -> {
            HashSet<Integer> generations = new HashSet<>();
            while (!done.get()) {
              Answer answer = get("/v1/recommend/rk-u8?n=5").assertStatus(200);
              assertThat(answer.json().get("fallback").isNull()).isTrue();
              generations.add(answer.json().get("generation").asInt());
            }
            return generations;
          };
      Callable<Void> writer =
          () -> {
            for (int i = 0; !done.get(); i++) {
              send(List.of(event("click", "rk-u" + i % USERS, item(i % ITEMS))));
            }
            return null;
          };
      Future<HashSet<Integer>> read = threads.submit(reader);
      Future<Void> written = threads.submit(writer);
      int last = 0;
      for (int i = 0; i < 3; i++) {
        last = train();
      }
      assertThat(get("/v1/recommend/rk-u8").json().get("generation").asInt()).isEqualTo(last);
      done.set(true);
      written.get();
      seen.addAll(read.get());
    }
    assertThat(seen.size()).isGreaterThan(1);
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

  private static int group(String item) {
    return item.startsWith("rk-i") ? Integer.parseInt(item.substring(4)) % GROUPS : -1;
  }
}
