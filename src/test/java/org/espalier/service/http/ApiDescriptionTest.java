package org.espalier.service.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.espalier.service.http.ApiDocument.Operation;
import org.espalier.service.wire.ProblemCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The API's description keeps its rules, and each rule can be broken. */
class ApiDescriptionTest extends HttpTest {

  static Set<String> rules() {
    return ApiRules.all().keySet();
  }

  @ParameterizedTest
  @MethodSource("rules")
  void the_description_keeps_the_rule(String rule) {
    assertThat(faults(rule, get("/v3/api-docs").assertStatus(200).body())).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      value = {
        "operations have an id of their own, a summary and a tag | /paths/~1v1~1rank/post | operationId | \"recommend\"",
        "successes are described with an example | /paths/~1v1~1rank/post/responses/200/content/application~1json | example |",
        "problems are described with examples | /paths/~1v1~1rank/post/responses | 503 |",
        "parameters are described and bounded | /paths/~1v1~1recommend~1{user_id}/get/parameters/1 | schema | {\"type\":\"integer\"}",
        "bodies have examples | /paths/~1v1~1rank/post/requestBody/content/application~1json | examples |",
        "schemas have no holes | /components/schemas/Job/properties | kind | {}",
        "numbers that come in are bounded | /components/schemas/TrainingRequest/properties/dim | maximum |",
        "operations name one scope for each way to show a key | /paths/~1v1~1rank/post | security | [{\"bearer\":[\"read\"]}]",
        "names are in snake_case | /components/schemas/Job/properties | fooBar | {\"type\":\"string\"}",
        "references lead somewhere and schemas are used | /components/schemas | Job |",
        "examples are valid | /components/schemas/Ranking/properties/took_ms | type | \"string\""
      })
  void a_planted_fault_breaks_the_rule(String rule, String place, String member, String value) {
    JsonNode api = get("/v3/api-docs").assertStatus(200).json();
    ObjectNode at = (ObjectNode) api.at(place);
    if (value == null) {
      assertThat(at.remove(member)).isNotNull();
    } else {
      at.set(member, JsonMapper.shared().readTree(value));
    }
    assertThat(faults(rule, api.toString())).isNotEmpty();
  }

  /** The environment variable {@code ESPALIER_DOCS=write} writes it anew. */
  @Test
  void the_committed_document_is_that_of_the_service() throws IOException {
    String text =
        JsonMapper.builder()
                .enable(SerializationFeature.INDENT_OUTPUT)
                .build()
                .writeValueAsString(get("/v3/api-docs").assertStatus(200).json())
            + "\n";
    Path file = Path.of("..", "docs", "openapi.json");
    if ("write".equals(System.getenv("ESPALIER_DOCS"))) {
      Files.writeString(file, text);
    }
    assertThat(Files.readString(file).equals(text))
        .as("docs/openapi.json is current; run this test with ESPALIER_DOCS=write")
        .isTrue();
  }

  /** The first reading makes the document, which may take longer than a connection of the test waits. */
  @Test
  void it_is_the_same_whatever_host_a_caller_names() throws IOException {
    String body = get("/v3/api-docs").assertStatus(200).body();
    try (RawHttp http = new RawHttp(port)) {
      http.send("GET /v3/api-docs HTTP/1.1\r\nHost: localhost:9\r\n\r\n");
      assertThat(http.answer().assertStatus(200).body()).isEqualTo(body);
      http.send("GET /v3/api-docs HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
      assertThat(http.answer().assertStatus(200).body()).isEqualTo(body);
    }
  }

  @Test
  void every_problem_stands_at_an_operation_unless_none_has_it() {
    Set<String> described = new HashSet<>();
    for (Operation operation : new ApiDocument(get("/v3/api-docs").body()).operations()) {
      for (JsonNode response : operation.node().path("responses")) {
        described.addAll(
            response
                .path("content")
                .path(ApiDocument.PROBLEM_JSON)
                .path("examples")
                .propertyNames());
      }
    }
    assertThat(Stream.of(ProblemCode.values()).filter(code -> !described.contains(code.code())))
        .containsExactly(
            ProblemCode.CONTEXT_TOO_LARGE, // of a batch's elements only
            ProblemCode.UNKNOWN_ROUTE,
            ProblemCode.METHOD_NOT_ALLOWED,
            ProblemCode.NOT_IMPLEMENTED);
  }

  @Test
  void each_rule_is_planted() throws NoSuchMethodException {
    String[] planted =
        Objects.requireNonNull(
                ApiDescriptionTest.class
                    .getDeclaredMethod(
                        "a_planted_fault_breaks_the_rule",
                        String.class,
                        String.class,
                        String.class,
                        String.class)
                    .getAnnotation(CsvSource.class))
            .value();
    assertThat(Stream.of(planted).map(row -> row.substring(0, row.indexOf('|')).strip()))
        .containsExactlyElementsOf(rules());
  }

  private static List<String> faults(String rule, String document) {
    Map<String, Function<ApiDocument, List<String>>> rules = ApiRules.all();
    return Objects.requireNonNull(rules.get(rule), rule).apply(new ApiDocument(document));
  }
}
