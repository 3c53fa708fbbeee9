package org.espalier.service.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpHeaders;
import java.util.List;
import java.util.stream.StreamSupport;
import org.espalier.service.wire.ProblemCode;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the service answered. */
public record Answer(int status, HttpHeaders headers, String body) {

  private static final JsonMapper JSON = JsonMapper.shared();

  public JsonNode json() {
    return JSON.readTree(body);
  }

  public String header(String name) {
    return headers.firstValue(name).orElse("");
  }

  public Answer assertStatus(int wanted) {
    assertThat(status).as(body).isEqualTo(wanted);
    return this;
  }

  /** The answer is a whole problem of this code. */
  public Answer assertProblem(ProblemCode code) {
    assertThat(header("Content-Type")).as(body).isEqualTo("application/problem+json");
    JsonNode problem = json();
    assertThat(problem.propertyNames())
        .containsExactlyInAnyOrder("type", "title", "status", "detail", "code", "trace_id");
    assertThat(problem.get("code").asString()).as(body).isEqualTo(code.code());
    assertThat(problem.get("status").asInt()).isEqualTo(status);
    assertThat(status).isEqualTo(code.status());
    assertThat(problem.get("type").asString()).isEqualTo("urn:espalier:problem:" + code.code());
    assertThat(problem.get("detail").asString()).isNotBlank().doesNotContain("Exception", "org.");
    assertThat(problem.get("trace_id").asString()).matches("[0-9a-f]{32}");
    assertThat(header("Trace-Id")).isEqualTo(problem.get("trace_id").asString());
    return this;
  }

  /** The answer's members are exactly these. */
  public Answer assertMembers(String... names) {
    assertThat(json().propertyNames()).as(body).containsExactlyInAnyOrder(names);
    return this;
  }

  /** One member of each element of an array member, as text. */
  public List<String> texts(String array, String member) {
    return StreamSupport.stream(json().get(array).spliterator(), false)
        .map(element -> element.get(member).asString())
        .toList();
  }
}
