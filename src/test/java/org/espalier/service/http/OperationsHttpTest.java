package org.espalier.service.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest.BodyPublishers;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class OperationsHttpTest extends HttpTest {

  @Test
  void a_service_that_answers_is_live_and_ready_and_says_with_what() {
    Answer live = get("/actuator/health/liveness").assertStatus(200);
    assertThat(live.json().get("status").asString()).isEqualTo("UP");
    JsonNode ready = get("/actuator/health/readiness").assertStatus(200).json();
    assertThat(ready.get("status").asString()).isEqualTo("UP");
    JsonNode parts = ready.get("components");
    assertThat(parts.propertyNames())
        .containsExactlyInAnyOrder("readinessState", "store", "serving");
    assertThat(parts.get("store").get("details").get("last_sequence").isNumber()).isTrue();
    assertThat(parts.get("serving").get("details").get("kernel").asString()).startsWith("simd");
  }

  @Test
  void prometheus_finds_metrics_whose_labels_are_bounded() {
    post("/v1/events", "[{\"type\":\"click\",\"user_id\":\"metered\",\"item_id\":\"i\"},7]");
    get("/v1/users/metered/events");
    get("/v1/nothing-that-should-be-a-label");
    String metrics = get("/actuator/prometheus").assertStatus(200).body();
    assertThat(metrics)
        .contains("espalier_kernel{name=\"simd")
        .contains("espalier_log_sequence ")
        .contains("espalier_ingest_events_total{outcome=\"accepted\"}")
        .contains("espalier_ingest_events_total{outcome=\"invalid_element\"}")
        .contains("uri=\"/v1/users/{id}/events\"")
        .doesNotContain("metered", "nothing-that-should-be-a-label");
  }

  @Test
  void nothing_that_a_caller_makes_up_becomes_a_label() {
    String marker = "madeup5c1e";
    post(
        "/v1/events",
        "[{\"type\":\"M\",\"user_id\":\"M\",\"item_id\":\"M\",\"ranking_id\":\"M\"},{\"M\":1}]"
            .replace("M", marker));
    post("/v1/rank", "{\"user_id\":\"%1$s\",\"items\":[{\"id\":\"%1$s\"}]}".formatted(marker));
    get("/v1/recommend/" + marker + "?n=1&" + marker + "=" + marker);
    get("/v1/admin/jobs?kind=" + marker);
    get("/v1/admin/generations/" + marker);
    get("/actuator/health/" + marker);
    get("/" + marker);
    send(request("/v1/items/x").method(marker, BodyPublishers.noBody()));
    send(
        request("/v1/items/x")
            .headers("Accept", "text/" + marker, "User-Agent", marker, "X-API-Key", marker)
            .GET());
    post("/v1/events", "text/" + marker, new byte[1]);
    assertThat(get("/actuator/prometheus").assertStatus(200).body()).doesNotContain(marker);
  }

  @Test
  void the_api_describes_itself() {
    JsonNode api = get("/v3/api-docs").assertStatus(200).json();
    assertThat(api.get("paths").propertyNames())
        .containsExactlyInAnyOrder(
            "/v1/events",
            "/v1/items",
            "/v1/items/{id}",
            "/v1/items:batch",
            "/v1/users",
            "/v1/users/{id}",
            "/v1/users:batch",
            "/v1/users/{id}/events",
            "/v1/triples:batch",
            "/v1/rank",
            "/v1/recommend",
            "/v1/recommend:batch",
            "/v1/recommend/{user_id}",
            "/v1/items/{id}/similar",
            "/v1/embeddings:lookup",
            "/v1/admin/jobs",
            "/v1/admin/jobs/{id}",
            "/v1/admin/jobs/{id}:cancel",
            "/v1/admin/jobs/{id}:rerun",
            "/v1/admin/jobs/{id}/events",
            "/v1/admin/jobs/{id}/reports",
            "/v1/admin/jobs/{id}/reports/{name}",
            "/v1/admin/trainings",
            "/v1/admin/pruning-jobs",
            "/v1/admin/pruning-jobs/{id}",
            "/v1/admin/pruning-jobs/{id}:cancel",
            "/v1/admin/pruning-jobs/{id}/events",
            "/v1/admin/propagations",
            "/v1/admin/propagations/{id}",
            "/v1/admin/propagations/{id}:cancel",
            "/v1/admin/propagations/{id}/events",
            "/v1/admin/generations",
            "/v1/admin/generations/{generation}",
            "/v1/admin/generations/{generation}:activate",
            "/v1/admin/generations/{generation}:pin",
            "/v1/admin/generations:compare",
            "/v1/admin/cleanups",
            "/v1/admin/retentions",
            "/v1/admin/backups",
            "/v1/admin/experiments",
            "/v1/admin/experiments/{id}",
            "/v1/admin/erasures",
            "/v1/admin/erasures/{id}",
            "/v1/admin/keys",
            "/v1/admin/keys/{id}",
            "/v1/admin/stats",
            "/v1/admin/audit");
    assertThat(api.get("components").get("securitySchemes").propertyNames())
        .containsExactlyInAnyOrder("bearer", "header");
    JsonNode schemas = api.get("components").get("schemas");
    assertThat(schemas.get("Event").get("properties").propertyNames())
        .containsExactlyInAnyOrder(
            "event_id",
            "type",
            "user_id",
            "item_id",
            "value",
            "ranking_id",
            "context",
            "timestamp");
    assertThat(schemas.get("Ranking").get("properties").propertyNames())
        .containsExactlyInAnyOrder(
            "ranking_id",
            "generation",
            "variant",
            "took_ms",
            "fallback",
            "unknown_items",
            "applied",
            "items",
            "next_cursor");
    assertThat(get("/swagger-ui/index.html").assertStatus(200).header("Content-Security-Policy"))
        .contains("default-src 'self'");
  }
}
