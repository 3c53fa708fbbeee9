package org.espalier.service.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest.BodyPublishers;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.espalier.service.wire.ProblemCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class EventsHttpTest extends HttpTest {

  @Test
  void an_event_is_stored_with_all_that_it_carries() {
    Answer answer =
        post(
            "/v1/events",
            """
            [{"event_id":"whole-1","type":"click","user_id":"whole","item_id":"i/1","value":2.5,"ranking_id":"r1",
              "context":{"device":"ios","deep":{"list":[1,null,"é"]}},"timestamp":"2026-01-31T12:00:00.5+01:00"}]\
            """);
    answer
        .assertStatus(202)
        .assertMembers("accepted", "duplicates", "rejected", "took_ms", "applied");
    assertThat(answer.json().get("accepted").asInt()).isEqualTo(1);
    assertThat(answer.json().get("applied").asLong()).isPositive();

    Answer events =
        get("/v1/users/whole/events").assertStatus(200).assertMembers("items", "next_cursor");
    assertThat(events.json().get("next_cursor").isNull()).isTrue();
    JsonNode event = events.json().get("items").get(0);
    assertThat(event.toString())
        .isEqualTo(
            """
            {"event_id":"whole-1","type":"click","item_id":"i/1","value":2.5,"ranking_id":"r1",\
            "context":{"device":"ios","deep":{"list":[1,null,"é"]}},"timestamp":"2026-01-31T11:00:00.500Z"}\
            """);
  }

  @Test
  void what_is_left_out_has_its_default() {
    Instant before = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    post(
            "/v1/events",
            """
            [{"type":"click","user_id":"defaults","item_id":"i1","value":null},
             {"type":"impression","user_id":"defaults","item_id":"i2"}]\
            """)
        .assertStatus(202);
    JsonNode items = get("/v1/users/defaults/events").json().get("items");
    assertThat(items).hasSize(2);
    assertThat(items.get(1).get("value").floatValue()).isEqualTo(1);
    assertThat(items.get(0).get("value").floatValue()).as("an exposure is no choice").isZero();
    assertThat(items.get(0).get("event_id").isNull()).isTrue();
    assertThat(Instant.parse(items.get(0).get("timestamp").asString()))
        .isBetween(before, Instant.now());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"type\":\"click\",\"item_id\":\"i\"}|missing_field",
        "{\"type\":\"click\",\"user_id\":\"bad\",\"item_id\":null}|missing_field",
        "{}|missing_field",
        "[]|invalid_element",
        "\"click\"|invalid_element",
        "null|invalid_element",
        "{\"type\":\"click\",\"user_id\":\"\",\"item_id\":\"i\"}|invalid_id",
        "{\"type\":\"click\",\"user_id\":\"a\\u0000b\",\"item_id\":\"i\"}|invalid_id",
        "{\"type\":\"click\",\"user_id\":\"\\ud800\",\"item_id\":\"i\"}|invalid_id",
        "{\"type\":\"click\",\"user_id\":7,\"item_id\":\"i\"}|invalid_type",
        "{\"type\":\"click\",\"user_id\":{\"id\":\"x\"},\"item_id\":\"i\"}|invalid_type",
        "{\"type\":\"click\",\"user_id\":\"bad\",\"item_id\":\"i\",\"value\":\"1\"}|invalid_type",
        "{\"type\":\"click\",\"user_id\":\"bad\",\"item_id\":\"i\",\"value\":NaN}|invalid_value",
        "{\"type\":\"click\",\"user_id\":\"bad\",\"item_id\":\"i\",\"value\":-Infinity}|invalid_value",
        "{\"type\":\"click\",\"user_id\":\"bad\",\"item_id\":\"i\",\"value\":1e39}|invalid_value",
        "{\"type\":\"click\",\"user_id\":\"bad\",\"item_id\":\"i\",\"value\":1e999}|invalid_value",
        "{\"type\":\"click\",\"user_id\":\"bad\",\"item_id\":\"i\",\"timestamp\":\"soon\"}|invalid_timestamp",
        "{\"type\":\"click\",\"user_id\":\"bad\",\"item_id\":\"i\",\"timestamp\":-5}|invalid_timestamp",
        "{\"type\":\"click\",\"user_id\":\"bad\",\"item_id\":\"i\",\"timestamp\":\"2999-01-01T00:00:00Z\"}"
            + "|invalid_timestamp",
        "{\"type\":\"click\",\"user_id\":\"bad\",\"item_id\":\"i\",\"context\":[1]}|invalid_type",
        "{\"type\":\"click\",\"user_id\":\"bad\",\"item_id\":\"i\",\"context\":{\"x\":NaN}}|invalid_value",
        "{\"type\":\"click\",\"user_id\":\"bad\",\"item_id\":\"i\",\"context\":{\"x\":\"\\ud800\"}}|invalid_utf8",
        "{\"type\":\"click\",\"user_id\":\"bad\",\"item_id\":\"i\",\"itemid\":\"i\"}|unknown_field",
        "{\"type\":\"click\",\"user_id\":\"bad\",\"user_id\":\"bad\",\"item_id\":\"i\"}|duplicate_field"
      })
  void a_bad_event_is_rejected_by_its_code_and_its_neighbours_are_stored(String bad, String code) {
    String good = "{\"type\":\"click\",\"user_id\":\"neighbour\",\"item_id\":\"i\"}";
    for (String body : List.of("[%s,%s,%s]", "%s\n%s\n%s\n")) {
      String contentType = body.startsWith("[") ? JSON : NDJSON;
      Answer answer =
          post("/v1/events", contentType, body.formatted(good, bad, good).getBytes(UTF_8));
      answer.assertStatus(202);
      assertThat(answer.json().get("accepted").asInt()).isEqualTo(2);
      JsonNode rejected = answer.json().get("rejected");
      assertThat(rejected).hasSize(1);
      assertThat(rejected.get(0).get("index").asInt()).isEqualTo(1);
      assertThat(rejected.get(0).get("code").asString()).isEqualTo(code);
      assertThat(rejected.get(0).get("detail").asString()).isNotBlank();
    }
    assertThat(get("/v1/users/bad/events").json().get("items")).isEmpty();
  }

  @Test
  void an_id_has_512_bytes_and_no_more() {
    String fits = "é".repeat(256);
    assertThat(accepted(event("long", fits))).isEqualTo(1);
    assertThat(accepted(event("long", fits + "x"))).isZero();
  }

  @Test
  void a_context_over_its_limit_costs_only_its_event() {
    String large =
        "{\"type\":\"click\",\"user_id\":\"u\",\"item_id\":\"i\",\"context\":{\"x\":\"%s\"}}"
            .formatted("x".repeat(5000));
    Answer answer = post("/v1/events", "[" + large + "]").assertStatus(202);
    assertThat(answer.texts("rejected", "code")).containsExactly("context_too_large");
  }

  @Test
  void of_10_000_events_one_bad_one_is_named_and_the_others_are_stored() {
    String body =
        IntStream.range(0, 10_000)
            .mapToObj(i -> i == 7_654 ? event("bulk", "") : event("bulk" + i % 50, "i" + i))
            .collect(Collectors.joining(",", "[", "]"));
    Answer answer = post("/v1/events", body).assertStatus(202);
    assertThat(answer.json().get("accepted").asInt()).isEqualTo(9_999);
    assertThat(answer.texts("rejected", "index")).containsExactly("7654");
    assertThat(get("/v1/users/bulk4/events?limit=1000").json().get("items")).hasSize(199);
    assertThat(get("/v1/users/bulk5/events?limit=1000").json().get("items")).hasSize(200);
  }

  @Test
  void ten_thousand_and_one_events_are_refused_whole() {
    String array =
        IntStream.rangeClosed(0, 10_000)
            .mapToObj(i -> event("toomany", "i" + i))
            .collect(Collectors.joining(",", "[", "]"));
    post("/v1/events", array).assertProblem(ProblemCode.TOO_MANY_ELEMENTS);
    String lines = (event("toomany", "i") + "\n").repeat(10_001);
    post("/v1/events", NDJSON, lines.getBytes(UTF_8)).assertProblem(ProblemCode.TOO_MANY_ELEMENTS);
    assertThat(get("/v1/users/toomany/events").json().get("items")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''|EMPTY_BODY",
        "{\"type\":\"click\"}|INVALID_TYPE",
        "[{\"type\":\"click\",\"user_id\":\"broken\",\"item_id\":\"i\"},|BROKEN_JSON",
        "[{\"type\":\"click\",\"user_id\":\"broken\",\"item_id\":\"i\"}} ]|BROKEN_JSON",
        "<events/>|BROKEN_JSON"
      })
  void a_broken_array_stores_nothing(String body, ProblemCode code) {
    post("/v1/events", body).assertProblem(code);
    assertThat(get("/v1/users/broken/events").json().get("items")).isEmpty();
  }

  @Test
  void broken_json_is_told_by_line_and_column() {
    Answer answer = post("/v1/events", "[\n{\"type\" 1}]").assertProblem(ProblemCode.BROKEN_JSON);
    assertThat(answer.json().get("detail").asString()).contains("line 2, column");
  }

  @Test
  void invalid_utf_8_breaks_an_array_but_only_its_own_line() {
    byte[] array = ("[" + event("utf", "i?") + "]").getBytes(UTF_8);
    array[new String(array, UTF_8).indexOf('?')] = (byte) 0xff;
    post("/v1/events", JSON, array).assertProblem(ProblemCode.INVALID_UTF8);

    byte[] lines = (event("utf", "i1") + "\n" + event("utf", "i?") + "\n").getBytes(UTF_8);
    lines[new String(lines, UTF_8).indexOf('?')] = (byte) 0xc0;
    Answer answer = post("/v1/events", NDJSON, lines).assertStatus(202);
    assertThat(answer.json().get("accepted").asInt()).isEqualTo(1);
    assertThat(answer.texts("rejected", "code")).containsExactly("invalid_utf8");
  }

  @Test
  void json_that_is_too_deep_is_refused() {
    String deep = "[{\"context\":{\"x\":" + "[".repeat(100) + "]".repeat(100) + "}}]";
    post("/v1/events", deep).assertProblem(ProblemCode.TOO_DEEP);
  }

  @Test
  void an_event_id_makes_a_retry_harmless() {
    String body =
        """
        [{"event_id":"retry-1","type":"click","user_id":"retry","item_id":"i1"},
         {"event_id":"retry-1","type":"click","user_id":"retry","item_id":"i1"},
         {"event_id":"retry-2","type":"click","user_id":"retry","item_id":"i2"}]\
        """;
    Answer first = post("/v1/events", body).assertStatus(202);
    assertThat(first.json().get("accepted").asInt()).isEqualTo(2);
    assertThat(first.json().get("duplicates").asInt()).isEqualTo(1);
    Answer second = post("/v1/events", body).assertStatus(202);
    assertThat(second.json().get("accepted").asInt()).isZero();
    assertThat(second.json().get("duplicates").asInt()).isEqualTo(3);
    assertThat(get("/v1/users/retry/events").json().get("items")).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {JSON, NDJSON})
  void an_idempotency_key_makes_a_retry_of_events_without_ids_harmless(String contentType) {
    String user = "keyed-" + contentType.substring(12);
    String one = event(user, "i1");
    String body = contentType.equals(JSON) ? "[" + one + "," + one + "]" : one + "\n" + one;
    for (int attempt = 0; attempt < 3; attempt++) {
      int accepted = keyed("key-" + user, contentType, body).json().get("accepted").asInt();
      assertThat(accepted).isEqualTo(attempt == 0 ? 2 : 0);
    }
    String other = event(user, "i2");
    String otherBody = contentType.equals(JSON) ? "[" + other + "]" : other;
    assertThat(keyed("key-" + user, contentType, otherBody).json().get("accepted").asInt())
        .as("another request under the same key loses nothing")
        .isEqualTo(1);
    assertThat(get("/v1/users/" + user + "/events").json().get("items")).hasSize(3);
  }

  @Test
  void an_idempotency_key_that_is_too_long_is_refused() {
    keyed("k".repeat(256), JSON, "[]").assertProblem(ProblemCode.INVALID_VALUE);
  }

  @Test
  void an_empty_array_is_accepted() {
    Answer answer = post("/v1/events", "[]").assertStatus(202);
    assertThat(answer.json().get("accepted").asInt()).isZero();
  }

  @Test
  void events_of_many_callers_are_all_there_once_and_applied_never_falls() throws Exception {
    int callers = 8;
    int requests = 20;
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Callable<Void> caller =
          () -> {
            long applied = 0;
            for (int r = 0; r < requests; r++) {
              String body =
                  shared(r, "race-shared")
                      + ","
                      + shared(r, "own-" + Thread.currentThread().threadId());
              Answer answer = post("/v1/events", "[" + body + "]").assertStatus(202);
              assertThat(answer.json().get("applied").asLong()).isGreaterThanOrEqualTo(applied);
              applied = answer.json().get("applied").asLong();
            }
            return null;
          };
      List<Future<Void>> running =
          IntStream.range(0, callers).mapToObj(_ -> threads.submit(caller)).toList();
      for (Future<Void> one : running) {
        one.get();
      }
    }
    List<String> ids = get("/v1/users/race/events?limit=1000").texts("items", "event_id");
    Set<String> once = new HashSet<>(ids);
    assertThat(once).hasSameSizeAs(ids).hasSize(requests + callers * requests);
  }

  @Test
  void the_ways_in_are_json_and_ndjson() {
    byte[] body = "[]".getBytes(UTF_8);
    Answer text = post("/v1/events", "text/plain", body);
    text.assertProblem(ProblemCode.UNSUPPORTED_MEDIA_TYPE);
    assertThat(text.header("Accept")).contains(JSON, NDJSON);
    send(request("/v1/events").POST(BodyPublishers.ofByteArray(body)))
        .assertProblem(ProblemCode.UNSUPPORTED_MEDIA_TYPE);
    post("/v1/events", "application/json;charset=utf-8", body).assertStatus(202);
  }

  @Test
  void a_users_events_come_newest_first_in_pages() {
    String body =
        IntStream.range(0, 25)
            .mapToObj(i ->
                "{\"event_id\":\"page-%d\",\"type\":\"%s\",\"user_id\":\"page\",\"item_id\":\"i\",\"timestamp\":%d}"
                    .formatted(i, i % 5 == 0 ? "buy" : "click", 1_700_000_000_000L + i / 2))
            .collect(Collectors.joining(",", "[", "]"));
    post("/v1/events", body).assertStatus(202);
    assertThat(pages("/v1/users/page/events?limit=7"))
        .containsExactlyElementsOf(
            IntStream.iterate(24, i -> i >= 0, i -> i - 1).mapToObj(i -> "page-" + i).toList());
    assertThat(pages("/v1/users/page/events?limit=2&type=buy"))
        .containsExactly("page-20", "page-15", "page-10", "page-5", "page-0");
    assertThat(pages("/v1/users/page/events?limit=5&type=buy")).hasSize(5);
    assertThat(pages("/v1/users/page/events?type=nothing")).isEmpty();
    assertThat(pages("/v1/users/nobody/events")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "limit=0, INVALID_VALUE",
    "limit=-1, INVALID_VALUE",
    "limit=1000000000, INVALID_VALUE",
    "limit=99999999999999, INVALID_TYPE",
    "limit=ten, INVALID_TYPE",
    "cursor=forged, INVALID_CURSOR",
    "cursor=AAAA, INVALID_CURSOR",
    "cursor=, INVALID_CURSOR"
  })
  void a_bad_page_request_is_refused(String query, ProblemCode code) {
    get("/v1/users/page/events?" + query).assertProblem(code);
  }

  private List<String> pages(String path) {
    Answer page = get(path).assertStatus(200);
    List<String> ids = page.texts("items", "event_id");
    JsonNode next = page.json().get("next_cursor");
    if (next.isNull()) {
      return ids;
    }
    String rest = path.replaceAll("&cursor=.*", "") + "&cursor=" + next.asString();
    return IntStream.range(0, 2)
        .boxed()
        .flatMap(part -> (part == 0 ? ids : pages(rest)).stream())
        .toList();
  }

  private Answer keyed(String key, String contentType, String body) {
    return send(
        request("/v1/events")
            .header("Content-Type", contentType)
            .header("Idempotency-Key", key)
            .POST(BodyPublishers.ofString(body)));
  }

  private int accepted(String event) {
    return post("/v1/events", "[" + event + "]").assertStatus(202).json().get("accepted").asInt();
  }

  private static String event(String user, String item) {
    return "{\"type\":\"click\",\"user_id\":\"%s\",\"item_id\":\"%s\"}".formatted(user, item);
  }

  private static String shared(int request, String prefix) {
    return "{\"event_id\":\"%s-%d\",\"type\":\"click\",\"user_id\":\"race\",\"item_id\":\"i\"}"
        .formatted(prefix, request);
  }
}
