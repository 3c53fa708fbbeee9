package org.espalier.service.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.zip.GZIPOutputStream;
import org.espalier.service.wire.ProblemCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProblemsHttpTest extends HttpTest {

  private static final int BODY_MAX = 16 << 20;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/v1",
        "/v1/",
        "/v1/nothing",
        "/v1/item",
        "/v1/events/",
        "/v1/items//",
        "/error",
        "/index.html"
      })
  void an_unknown_route_is_said_so(String path) {
    get(path).assertProblem(ProblemCode.UNKNOWN_ROUTE);
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /v1/events, POST",
    "DELETE, /v1/events, POST",
    "POST, /v1/items/a, 'DELETE, GET, PATCH, PUT'",
    "POST, /v1/users/a, 'DELETE, GET, PATCH, PUT'",
    "BREW, /v1/events, POST"
  })
  void a_method_that_a_route_does_not_take_is_answered_with_those_it_does(
      String method, String path, String allowed) {
    Answer answer = send(request(path).method(method, BodyPublishers.noBody()));
    answer.assertProblem(ProblemCode.METHOD_NOT_ALLOWED);
    assertThat(Arrays.stream(answer.header("Allow").split(", ", -1)).sorted())
        .containsExactly(allowed.split(", ", -1));
  }

  @Test
  void an_answer_that_is_not_accepted_is_refused_before_anything_is_stored() {
    String event = "[{\"type\":\"click\",\"user_id\":\"html\",\"item_id\":\"i\"}]";
    send(request("/v1/events")
            .header("Content-Type", JSON)
            .header("Accept", "text/html")
            .POST(BodyPublishers.ofString(event)))
        .assertProblem(ProblemCode.NOT_ACCEPTABLE);
    assertThat(get("/v1/users/html/events").json().get("items")).isEmpty();
  }

  @Test
  void the_callers_trace_id_is_kept_and_a_bad_one_replaced() {
    String traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
    Answer traced =
        send(
            request("/nothing")
                .header("traceparent", "00-" + traceId + "-00f067aa0ba902b7-01")
                .GET());
    assertThat(traced.json().get("trace_id").asString()).isEqualTo(traceId);
    for (String bad :
        new String[] {
          "garbage",
          "00-" + "0".repeat(32) + "-00f067aa0ba902b7-01",
          "00-" + traceId + "-0000000000000000-01",
          "ff-" + traceId + "-00f067aa0ba902b7-01",
          "00-" + traceId.toUpperCase(Locale.ROOT) + "-00f067aa0ba902b7-01"
        }) {
      Answer answer = send(request("/nothing").header("traceparent", bad).GET());
      assertThat(answer.assertProblem(ProblemCode.UNKNOWN_ROUTE).header("Trace-Id"))
          .isNotEqualToIgnoringCase(traceId);
    }
  }

  @Test
  void every_answer_carries_a_trace_id_and_keeps_browsers_out() {
    for (String path : new String[] {"/nothing", "/v1/users/a/events", "/actuator/health"}) {
      Answer answer = get(path);
      assertThat(answer.header("Trace-Id")).matches("[0-9a-f]{32}");
      assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
      assertThat(answer.header("Content-Security-Policy")).contains("frame-ancestors 'none'");
      assertThat(answer.header("Cache-Control")).contains("no-store");
      assertThat(answer.headers().firstValue("Access-Control-Allow-Origin")).isEmpty();
      assertThat(answer.headers().firstValue("Server")).isEmpty();
    }
  }

  @Test
  void a_compressed_body_is_not_unpacked() {
    send(request("/v1/events")
            .header("Content-Type", JSON)
            .header("Content-Encoding", "gzip")
            .POST(BodyPublishers.ofByteArray(new byte[100])))
        .assertProblem(ProblemCode.UNSUPPORTED_MEDIA_TYPE);
  }

  @ParameterizedTest
  @CsvSource({
    "Content-Encoding: gzip, UNSUPPORTED_MEDIA_TYPE",
    "Content-Encoding: deflate, UNSUPPORTED_MEDIA_TYPE",
    "'Content-Encoding: gzip, gzip', UNSUPPORTED_MEDIA_TYPE",
    "'Transfer-Encoding: gzip, chunked', NOT_IMPLEMENTED"
  })
  void a_compressed_bomb_is_refused_as_it_came(String header, ProblemCode code) throws IOException {
    ByteArrayOutputStream bomb = new ByteArrayOutputStream();
    try (GZIPOutputStream packed = new GZIPOutputStream(bomb)) {
      byte[] blank = new byte[1 << 20];
      Arrays.fill(blank, (byte) ' ');
      for (int i = 0; i < 64; i++) { // four times the limit of a body in some 60 KB
        packed.write(blank);
      }
    }
    try (RawHttp http = new RawHttp(port)) {
      String length = header.startsWith("Transfer") ? "" : "\r\nContent-Length: " + bomb.size();
      http.send(head("POST /v1/events", header + length)).send(bomb.toByteArray());
      http.answer().assertProblem(code);
    }
  }

  @Test
  void callers_who_do_not_read_their_answers_keep_nobody_out() throws IOException {
    List<RawHttp> deaf = new ArrayList<>();
    try {
      for (int i = 0; i < 50; i++) {
        RawHttp connection = new RawHttp(port);
        deaf.add(connection);
        // More than the buffers between the two take in.
        connection.send("GET /v3/api-docs HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(40));
      }
      get("/v1/items/nobody-waits").assertProblem(ProblemCode.UNKNOWN_ITEM);
    } finally {
      for (RawHttp connection : deaf) {
        connection.close();
      }
    }
  }

  @Test
  void a_body_whose_declared_length_is_over_the_limit_is_refused_unread() throws IOException {
    try (RawHttp http = new RawHttp(port)) {
      http.send(head("POST /v1/events", "Content-Length: " + (BODY_MAX + 1)));
      http.answer().assertProblem(ProblemCode.BODY_TOO_LARGE);
    }
  }

  @Test
  void a_body_that_is_sent_whole_although_it_is_too_large_is_refused_and_the_answer_arrives() {
    byte[] body = new byte[BODY_MAX + 1];
    Arrays.fill(body, (byte) ' ');
    post("/v1/events", JSON, body).assertProblem(ProblemCode.BODY_TOO_LARGE);
    post("/v1/events", NDJSON, body).assertProblem(ProblemCode.BODY_TOO_LARGE);
    put("/v1/items/toolarge", new String(body, US_ASCII)).assertProblem(ProblemCode.BODY_TOO_LARGE);
  }

  @ParameterizedTest
  @ValueSource(strings = {JSON, NDJSON})
  void a_chunked_body_over_the_limit_is_refused_while_it_is_read(String contentType)
      throws IOException {
    byte[] chunk = chunk(" ".repeat(1 << 20));
    try (RawHttp http = new RawHttp(port)) {
      http.send(
          "POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: %s\r\nTransfer-Encoding: chunked\r\n\r\n"
              .formatted(contentType));
      for (int i = 0; i <= 16; i++) {
        http.send(chunk);
      }
      http.answer().assertProblem(ProblemCode.BODY_TOO_LARGE);
    }
  }

  @Test
  void a_chunked_body_within_the_limit_is_taken() throws IOException {
    try (RawHttp http = new RawHttp(port)) {
      http.send(head("POST /v1/events", "Transfer-Encoding: chunked"));
      http.send(chunk("[{\"type\":\"click\",\"user_id\":"))
          .send(chunk("\"chunked\",\"item_id\":\"i\"}]"));
      assertThat(http.send("0\r\n\r\n").answer().json().get("accepted").asInt()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GARBAGE\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n",
        "GET /v1/%zz HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /v1/%ff HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /v1/items?cursor=%ff HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /v1/items?limit=%zz HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /v1/items/<x> HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /v1/items/a HTTP/1.1\r\nHost: localhost\r\nBad Header: x\r\n\r\n",
        "GET /v1/items/a HTTP/1.1\r\nHost: localhost\r\nHost: b\r\n\r\n",
        "GET /v1/items/a HTTP/1.1\r\nHost: a b\r\n\r\n",
        "POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        "POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n",
        "POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n[]",
        "GET http://[bad/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "\u0000\u0001\u0002\r\n\r\n",
        "\u0016\u0003\u0001\u0002\u0000\u0001\r\n\r\n"
      })
  void broken_http_gets_a_problem(String request) throws IOException {
    try (RawHttp http = new RawHttp(port)) {
      http.send(request).answer().assertProblem(ProblemCode.BAD_REQUEST);
    }
  }

  @Test
  void headers_that_are_too_large_get_a_problem() throws IOException {
    try (RawHttp http = new RawHttp(port)) {
      http.send(
          "GET /v1/items/a HTTP/1.1\r\nHost: localhost\r\nX-Large: "
              + "x".repeat(40_000)
              + "\r\n\r\n");
      http.answer().assertProblem(ProblemCode.BAD_REQUEST);
    }
  }

  @Test
  void a_method_that_the_server_refuses_gets_a_problem() throws IOException {
    try (RawHttp http = new RawHttp(port)) {
      http.send("TRACE /v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n");
      http.answer().assertProblem(ProblemCode.METHOD_NOT_ALLOWED);
    }
  }

  @Test
  void an_unknown_transfer_encoding_gets_a_problem() throws IOException {
    try (RawHttp http = new RawHttp(port)) {
      http.send(head("POST /v1/events", "Transfer-Encoding: brotli"));
      http.answer().assertProblem(ProblemCode.NOT_IMPLEMENTED);
    }
  }

  @Test
  void a_broken_chunk_gets_a_problem_and_stores_nothing() throws IOException {
    try (RawHttp http = new RawHttp(port)) {
      http.send(head("POST /v1/events", "Transfer-Encoding: chunked"));
      http.send(chunk("[{\"type\":\"click\",\"user_id\":\"halfchunk\",\"item_id\":\"i\"}"));
      http.send("nonsense\r\n]\r\n0\r\n\r\n").answer().assertProblem(ProblemCode.BAD_REQUEST);
    }
    assertThat(get("/v1/users/halfchunk/events").json().get("items")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {JSON, NDJSON})
  void a_body_that_ends_early_stores_nothing(String contentType) throws IOException {
    try (RawHttp http = new RawHttp(port)) {
      String event = "{\"type\":\"click\",\"user_id\":\"early\",\"item_id\":\"i\"}";
      http.send(
              "POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: %s\r\nContent-Length: 1000\r\n\r\n"
                  .formatted(contentType))
          .send(contentType.equals(JSON) ? "[" + event + "]" : event + "\n")
          .end();
      http.answer().assertProblem(ProblemCode.BAD_REQUEST);
    }
    assertThat(get("/v1/users/early/events").json().get("items")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Host: rebound.example",
        "Host: localhost\r\nOrigin: https://elsewhere.example",
        "Host: localhost\r\nOrigin: null"
      })
  void a_page_in_a_browser_on_this_machine_is_not_this_machine(String headers) throws IOException {
    try (RawHttp http = new RawHttp(port)) {
      http.send("GET /v1/items/a HTTP/1.1\r\n" + headers + "\r\n\r\n");
      http.answer().assertProblem(ProblemCode.LOCAL_ONLY);
    }
  }

  @Test
  void a_connection_goes_on_after_what_is_only_unknown() throws IOException {
    try (RawHttp http = new RawHttp(port)) {
      http.send("GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n");
      http.answer().assertProblem(ProblemCode.UNKNOWN_ROUTE);
      http.send(head("POST /v1/events", "Content-Length: 2") + "[]").answer().assertStatus(202);
    }
  }

  private static String head(String requestLine, String header) {
    return requestLine
        + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        + header
        + "\r\n\r\n";
  }

  private static byte[] chunk(String text) {
    String length = Integer.toHexString(text.length());
    return (length + "\r\n" + text + "\r\n").getBytes(UTF_8);
  }
}
