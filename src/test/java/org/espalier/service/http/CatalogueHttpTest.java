package org.espalier.service.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest.BodyPublishers;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.espalier.service.wire.ProblemCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class CatalogueHttpTest extends HttpTest {

  private static final String DUNE =
      """
      {"fields":{"title":"Dune","genre":["sf","desert"],"pages":412,"score":4.25,"in_print":true,"gone":null},\
      "categories":["book"],"hidden":true,"timestamp":1700000000000}\
      """;

  @ParameterizedTest
  @ValueSource(strings = {"items", "users"})
  void a_record_is_created_read_and_replaced(String kind) {
    String body = kind.equals("items") ? DUNE : DUNE.replace("\"hidden\":true,", "");
    String stored =
        """
        {"id":"crud","fields":{"title":"Dune","genre":["sf","desert"],"pages":412,"score":4.25,"in_print":true},\
        "categories":["book"],"hidden":%s,"timestamp":"2023-11-14T22:13:20Z"}\
        """
            .formatted(kind.equals("items"));
    Answer created = put("/v1/" + kind + "/crud", body).assertStatus(201);
    assertThat(created.body()).isEqualTo(stored);
    assertThat(get("/v1/" + kind + "/crud").assertStatus(200).body()).isEqualTo(stored);

    put("/v1/" + kind + "/crud", "{\"fields\":{\"title\":\"Emma\"}}").assertStatus(200);
    JsonNode replaced = get("/v1/" + kind + "/crud").json();
    assertThat(replaced.get("fields").toString()).isEqualTo("{\"title\":\"Emma\"}");
    assertThat(replaced.get("categories")).isEmpty();
    assertThat(replaced.get("hidden").asBoolean()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "a%2Fb, a/b",
    "a%5Cb, a\\b",
    "a%3Bb, a;b",
    "a%25b, a%b",
    "%2E%2E, ..",
    "%F0%9F%98%80, 😀",
    "a%20b, 'a b'",
    "a+b, a+b",
    "a:b@c, a:b@c",
    "events, events"
  })
  void any_id_can_stand_in_a_path_when_it_is_percent_encoded(String encoded, String id) {
    assertThat(put("/v1/items/" + encoded, "{}").assertStatus(201).json().get("id").asString())
        .isEqualTo(id);
    assertThat(get("/v1/items/" + encoded).assertStatus(200).json().get("id").asString())
        .isEqualTo(id);
    delete("/v1/items/" + encoded).assertStatus(204);
  }

  @ParameterizedTest
  @CsvSource({"a%0Ab, INVALID_ID", "a%7Fb, INVALID_ID", "a;b, BAD_REQUEST", "a%00b, BAD_REQUEST"})
  void a_bad_id_in_a_path_is_refused(String encoded, ProblemCode code) {
    get("/v1/items/" + encoded).assertProblem(code);
    put("/v1/items/" + encoded, "{}").assertProblem(code);
    delete("/v1/users/" + encoded).assertProblem(code);
  }

  @Test
  void an_id_in_a_path_has_512_bytes_and_no_more() {
    put("/v1/items/" + "%C3%A9".repeat(256), "{}").assertStatus(201);
    put("/v1/items/" + "%C3%A9".repeat(256) + "x", "{}").assertProblem(ProblemCode.INVALID_ID);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''|EMPTY_BODY",
        "[]|INVALID_TYPE",
        "{\"fields\":[]}|INVALID_TYPE",
        "{\"fields\":{\"a\":{\"b\":1}}}|INVALID_TYPE",
        "{\"fields\":{\"a\":[1]}}|INVALID_TYPE",
        "{\"fields\":{\"a\":NaN}}|INVALID_VALUE",
        "{\"fields\":{\"\":1}}|FIELD_TOO_LARGE",
        "{\"fields\":{\"a\":1,\"a\":2}}|DUPLICATE_FIELD",
        "{\"fields\":{\"a\":\"\\ud800\"}}|INVALID_UTF8",
        "{\"fields\":{\"\\udc00\":1}}|BROKEN_JSON",
        "{\"fields\":{},\"fields\":{}}|DUPLICATE_FIELD",
        "{\"categories\":\"book\"}|INVALID_TYPE",
        "{\"categories\":[7]}|INVALID_TYPE",
        "{\"categories\":[\"\"]}|INVALID_ID",
        "{\"hidden\":\"yes\"}|INVALID_TYPE",
        "{\"timestamp\":\"soon\"}|INVALID_TIMESTAMP",
        "{\"id\":\"another\"}|INVALID_VALUE",
        "{\"title\":\"Dune\"}|UNKNOWN_FIELD",
        "{\"fields\":{}|BROKEN_JSON"
      })
  void a_bad_record_is_refused_and_changes_nothing(String body, ProblemCode code) {
    put("/v1/items/refused", body).assertProblem(code);
    get("/v1/items/refused").assertProblem(ProblemCode.UNKNOWN_ITEM);
  }

  @Test
  void a_record_is_bounded() {
    String many =
        IntStream.range(0, 65).mapToObj(i -> "\"f" + i + "\":1").collect(Collectors.joining(","));
    String values = IntStream.range(0, 257).mapToObj(i -> "\"v\"").collect(Collectors.joining(","));
    put("/v1/items/large", "{\"fields\":{" + many + "}}")
        .assertProblem(ProblemCode.TOO_MANY_FIELDS);
    put("/v1/items/large", "{\"fields\":{\"a\":[" + values + "]}}")
        .assertProblem(ProblemCode.TOO_MANY_FIELDS);
    put("/v1/items/large", "{\"categories\":[" + values + "]}")
        .assertProblem(ProblemCode.TOO_MANY_FIELDS);
    put("/v1/items/large", "{\"fields\":{\"a\":\"" + "x".repeat(4097) + "\"}}")
        .assertProblem(ProblemCode.FIELD_TOO_LARGE);
    put("/v1/items/large", "{\"fields\":{\"" + "n".repeat(129) + "\":1}}")
        .assertProblem(ProblemCode.FIELD_TOO_LARGE);
  }

  @Test
  void hidden_is_of_items_only() {
    put("/v1/users/hidden", "{\"hidden\":true}").assertProblem(ProblemCode.UNKNOWN_FIELD);
  }

  @Test
  void a_deleted_item_is_gone_until_it_is_put_again() {
    put("/v1/items/phoenix", "{}").assertStatus(201);
    delete("/v1/items/phoenix").assertStatus(204);
    get("/v1/items/phoenix").assertProblem(ProblemCode.UNKNOWN_ITEM);
    delete("/v1/items/phoenix").assertStatus(204);
    put("/v1/items/phoenix", "{}").assertStatus(200);
    get("/v1/items/phoenix").assertStatus(200);
  }

  @Test
  void what_is_not_known_is_said_so() {
    get("/v1/items/nothing").assertProblem(ProblemCode.UNKNOWN_ITEM);
    delete("/v1/items/nothing").assertProblem(ProblemCode.UNKNOWN_ITEM);
    get("/v1/users/nobody").assertProblem(ProblemCode.UNKNOWN_USER);
    delete("/v1/users/nobody").assertProblem(ProblemCode.UNKNOWN_USER);
  }

  @ParameterizedTest
  @ValueSource(strings = {"items", "users"})
  void the_good_part_of_a_batch_is_stored(String kind) {
    Answer answer =
        post(
            "/v1/" + kind + ":batch",
            """
            {"items":[{"id":"batch1","fields":{"a":1}},{"fields":{}},{"id":""},{"id":"batch2"},3,
                      {"id":"batch1","fields":{"a":2}}]}\
            """);
    answer.assertStatus(200).assertMembers("accepted", "rejected", "took_ms");
    assertThat(answer.json().get("accepted").asInt()).isEqualTo(3);
    assertThat(answer.texts("rejected", "index")).containsExactly("1", "2", "4");
    assertThat(answer.texts("rejected", "code"))
        .containsExactly("missing_field", "invalid_id", "invalid_element");
    assertThat(get("/v1/" + kind + "/batch1").json().get("fields").get("a").asInt()).isEqualTo(2);
    get("/v1/" + kind + "/batch2").assertStatus(200);
  }

  @Test
  void triples_are_stored_one_by_one() {
    Answer answer =
        post(
            "/v1/triples:batch",
            """
            {"triples":[{"head":"i1","relation":"by","tail":"p1"},
                        {"head":"i1","relation":"by"},
                        {"head":"i1","relation":"interacts","tail":"p1"},
                        {"head":"i1","relation":"by","tail":"p2","weight":0.5,"timestamp":0},
                        {"head":"i1","relation":"by","tail":"p2","weight":1e60},
                        {"head":"i1","relation":"by","tail":"p2","score":1}]}\
            """);
    answer.assertStatus(200).assertMembers("accepted", "rejected", "took_ms");
    assertThat(answer.json().get("accepted").asInt()).isEqualTo(2);
    assertThat(answer.texts("rejected", "code"))
        .containsExactly("missing_field", "invalid_value", "invalid_value", "unknown_field");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/v1/items:batch|{\"triples\":[]}|UNKNOWN_FIELD",
        "/v1/items:batch|[]|INVALID_TYPE",
        "/v1/items:batch|{\"items\":[{]}|BROKEN_JSON",
        "/v1/users:batch|{}|MISSING_FIELD",
        "/v1/triples:batch|{\"triples\":7}|INVALID_TYPE"
      })
  void a_broken_batch_is_refused_whole(String path, String body, ProblemCode code) {
    post(path, body).assertProblem(code);
  }

  @Test
  void an_erased_user_leaves_nothing_behind() {
    put("/v1/users/erased", "{\"fields\":{\"name\":\"Eve\"}}").assertStatus(201);
    String events =
        IntStream.range(0, 20)
            .mapToObj(i ->
                "{\"event_id\":\"erased-%d\",\"type\":\"click\",\"user_id\":\"erased\",\"item_id\":\"i%d\"}"
                    .formatted(i, i % 4))
            .collect(Collectors.joining(",", "[", "]"));
    post("/v1/events", events).assertStatus(202);

    RunningHttp service = new RunningHttp(port);
    service.awaitAdmin();
    Answer begun = delete("/v1/users/erased").assertStatus(202);
    begun.assertMembers(
        "erasure_id", "status", "removed", "traces", "error", "created_at", "finished_at");
    String place = begun.header("Location");
    assertThat(place).isEqualTo("/v1/admin/erasures/" + begun.json().get("erasure_id").asString());
    Answer erasure =
        service.await(
            place, now -> !now.assertStatus(200).json().get("status").asString().equals("running"));
    assertThat(erasure.json().get("status").asString()).as(erasure.body()).isEqualTo("completed");
    assertThat(erasure.json().get("removed").toString())
        .isEqualTo("{\"events\":20,\"event_ids\":20,\"edges\":4,\"records\":1}");
    assertThat(get("/v1/admin/erasures").assertStatus(200).texts("items", "erasure_id"))
        .contains(erasure.json().get("erasure_id").asString());
    assertThat(get("/v1/admin/audit?limit=1000").body() + get("/v1/admin/jobs?limit=1000").body())
        .as("no record of an erasure says whom it was about")
        .contains("erasure")
        .doesNotContain("erased\"");
    get("/v1/admin/erasures/0").assertProblem(ProblemCode.UNKNOWN_ERASURE);
    get("/v1/admin/erasures/x").assertProblem(ProblemCode.UNKNOWN_ERASURE);

    get("/v1/users/erased").assertProblem(ProblemCode.UNKNOWN_USER);
    assertThat(get("/v1/users/erased/events").json().get("items")).isEmpty();
    delete("/v1/users/erased").assertProblem(ProblemCode.UNKNOWN_USER);
    assertThat(post("/v1/events", events).json().get("accepted").asInt())
        .as("the ids of erased events are forgotten too")
        .isEqualTo(20);
  }

  @ParameterizedTest
  @ValueSource(strings = {"items", "users"})
  void a_record_is_changed_by_whoever_knows_its_version(String kind) {
    String path = "/v1/" + kind + "/versioned";
    String first = put(path, "{}").assertStatus(201).header("ETag");
    assertThat(first).matches("\"[0-9a-f]+-1\"");
    assertThat(get(path).header("ETag")).isEqualTo(first);
    String second =
        conditional("PUT", path, "If-Match", first, "{}").assertStatus(200).header("ETag");
    assertThat(second).isNotEqualTo(first);
    conditional("PUT", path, "If-Match", first, "{\"fields\":{\"a\":1}}")
        .assertProblem(ProblemCode.VERSION_MISMATCH);
    conditional("PATCH", path, "If-Match", first, "{\"fields\":{\"a\":1}}")
        .assertProblem(ProblemCode.VERSION_MISMATCH);
    conditional("PUT", path, "If-None-Match", "*", "{\"fields\":{\"a\":1}}")
        .assertProblem(ProblemCode.VERSION_MISMATCH);
    assertThat(get(path).json().get("fields")).as("nothing was changed").isEmpty();
    conditional("PUT", path, "If-Match", "*", "{}").assertStatus(200);
    conditional("PUT", path + "2", "If-Match", "*", "{}")
        .assertProblem(ProblemCode.VERSION_MISMATCH);
    conditional("PUT", path + "2", "If-Match", "\"0-0\"", "{}")
        .assertProblem(ProblemCode.VERSION_MISMATCH);
    conditional("PUT", path + "2", "If-None-Match", "*", "{}").assertStatus(201);
    for (String bad : new String[] {"1", "\"\"", "W/" + second, second + ", " + first, "\"x-1\""}) {
      conditional("PUT", path, "If-Match", bad, "{}").assertProblem(ProblemCode.INVALID_VALUE);
    }
    String now = get(path).header("ETag");
    Answer known = send(request(path).header("If-None-Match", now).GET()).assertStatus(304);
    assertThat(known.body()).isEmpty();
    assertThat(known.header("ETag")).isEqualTo(now);
    send(request(path).header("If-None-Match", first).GET()).assertStatus(200);
  }

  @Test
  void an_item_is_deleted_by_whoever_knows_its_version() {
    String first = put("/v1/items/doomed", "{}").header("ETag");
    String second = put("/v1/items/doomed", "{}").header("ETag");
    conditional("DELETE", "/v1/items/doomed", "If-Match", first, "")
        .assertProblem(ProblemCode.VERSION_MISMATCH);
    get("/v1/items/doomed").assertStatus(200);
    conditional("DELETE", "/v1/items/doomed", "If-Match", second, "").assertStatus(204);
    conditional("PUT", "/v1/items/doomed", "If-Match", second, "{}")
        .assertProblem(ProblemCode.VERSION_MISMATCH);
    conditional("PUT", "/v1/items/doomed", "If-None-Match", "*", "{}").assertStatus(200);
  }

  @Test
  void a_patch_changes_what_it_names_and_nothing_else() {
    put("/v1/items/patched", DUNE).assertStatus(201);
    Answer answer =
        patch(
            "/v1/items/patched",
            "{\"fields\":{\"title\":\"Dune Messiah\",\"pages\":null,\"year\":1969},\"timestamp\":1700000001000}");
    assertThat(answer.assertStatus(200).body())
        .isEqualTo(
            """
            {"id":"patched","fields":{"genre":["sf","desert"],"score":4.25,"in_print":true,\
            "title":"Dune Messiah","year":1969},"categories":["book"],"hidden":true,\
            "timestamp":"2023-11-14T22:13:21Z"}\
            """);
    assertThat(get("/v1/items/patched").body()).isEqualTo(answer.body());
    patch("/v1/items/patched", "{\"hidden\":false,\"categories\":null}").assertStatus(200);
    JsonNode now = get("/v1/items/patched").json();
    assertThat(now.get("hidden").asBoolean()).isFalse();
    assertThat(now.get("categories")).isEmpty();
    assertThat(now.get("fields")).hasSize(5);
    patch("/v1/items/patched", "{\"fields\":null}").assertStatus(200);
    assertThat(get("/v1/items/patched").json().get("fields")).isEmpty();
    patch("/v1/items/never", "{}").assertProblem(ProblemCode.UNKNOWN_ITEM);
    patch("/v1/users/never", "{}").assertProblem(ProblemCode.UNKNOWN_USER);
    patch("/v1/users/never", "{\"hidden\":true}").assertProblem(ProblemCode.UNKNOWN_FIELD);
    String tooMany =
        IntStream.range(0, 64).mapToObj(i -> "\"f" + i + "\":1").collect(Collectors.joining(","));
    patch("/v1/items/patched", "{\"fields\":{" + tooMany + "}}").assertStatus(200);
    patch("/v1/items/patched", "{\"fields\":{\"more\":1}}")
        .assertProblem(ProblemCode.TOO_MANY_FIELDS);
    patch("/v1/items/patched", "{\"fields\":{\"more\":1,\"f0\":null}}").assertStatus(200);
  }

  @Test
  void patches_of_many_callers_are_all_there_in_the_end() {
    put("/v1/items/crowded", "{}").assertStatus(201);
    IntStream.range(0, 40)
        .parallel()
        .forEach(
            i -> patch("/v1/items/crowded", "{\"fields\":{\"f" + i + "\":1}}").assertStatus(200));
    assertThat(get("/v1/items/crowded").json().get("fields")).hasSize(40);
  }

  @ParameterizedTest
  @ValueSource(strings = {"items", "users"})
  void records_are_listed_page_by_page(String kind) {
    String batch =
        IntStream.range(0, 25)
            .mapToObj(i -> "{\"id\":\"listed%d\",\"fields\":{\"n\":%d}}".formatted(i, i))
            .collect(Collectors.joining(",", "{\"items\":[", "]}"));
    post("/v1/" + kind + ":batch", batch).assertStatus(200);
    if (kind.equals("items")) {
      delete("/v1/items/listed7").assertStatus(204);
    }
    List<String> listed = new ArrayList<>();
    String cursor = "";
    do {
      Answer page = get("/v1/" + kind + "?limit=7" + cursor).assertStatus(200);
      assertThat(page.json().get("items").size()).isLessThanOrEqualTo(7);
      listed.addAll(page.texts("items", "id"));
      JsonNode next = page.json().get("next_cursor");
      cursor = next.isNull() ? "" : "&cursor=" + next.asString();
    } while (!cursor.isEmpty());
    assertThat(listed).doesNotHaveDuplicates();
    assertThat(listed.stream().filter(id -> id.startsWith("listed")))
        .containsExactlyElementsOf(
            IntStream.range(0, 25)
                .filter(i -> !kind.equals("items") || i != 7)
                .mapToObj(i -> "listed" + i)
                .toList());
  }

  @Test
  void a_cursor_that_is_not_of_the_list_is_refused() {
    post("/v1/items:batch", "{\"items\":[{\"id\":\"cursor1\"},{\"id\":\"cursor2\"}]}");
    String cursor = get("/v1/items?limit=1").json().get("next_cursor").asString();
    get("/v1/items?cursor=" + cursor).assertStatus(200);
    get("/v1/users?cursor=" + cursor).assertProblem(ProblemCode.INVALID_CURSOR);
    for (int i = 0; i < cursor.length(); i++) {
      char other = cursor.charAt(i) == 'A' ? 'B' : 'A';
      String forged = cursor.substring(0, i) + other + cursor.substring(i + 1);
      get("/v1/items?cursor=" + forged).assertProblem(ProblemCode.INVALID_CURSOR);
    }
    for (String bad :
        new String[] {"", "x", "AAAAAAAAAAAA", cursor + "A", cursor.substring(1), "%00"}) {
      get("/v1/items?cursor=" + bad).assertProblem(ProblemCode.INVALID_CURSOR);
    }
    for (String limit : new String[] {"0", "-1", "1001", "1000000000"}) {
      get("/v1/items?limit=" + limit).assertProblem(ProblemCode.INVALID_VALUE);
    }
    get("/v1/items?limit=ten").assertProblem(ProblemCode.INVALID_TYPE);
  }

  private Answer patch(String path, String json) {
    return send(
        request(path)
            .header("Content-Type", "application/merge-patch+json")
            .method("PATCH", BodyPublishers.ofString(json)));
  }

  private Answer conditional(String method, String path, String header, String value, String json) {
    return send(
        request(path)
            .header("Content-Type", JSON)
            .header(header, value)
            .method(method, BodyPublishers.ofString(json)));
  }
}
