package org.espalier.service.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.StringJoiner;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.espalier.service.http.ApiDocument.Operation;
import org.espalier.service.platform.EspalierApplication;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/**
 * Sends every example of the API's description to a fresh service, in the order of their file, and holds the answers to
 * the description. With the environment variable {@code ESPALIER_DOCS=write} the answers become the examples of answers.
 */
@DisplayNameGeneration(ReplaceUnderscores.class)
class ApiExamplesTest {

  private static final String ADMIN = "configured-by-the-test-0123456789abcdef";
  private static final String FILE = "org/espalier/service/platform/api-examples.json";
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  @TempDir static Path data;

  private final ObjectNode file = examples();

  private String base = "";
  private String keyId = "";

  @Test
  void every_example_is_answered_as_it_is_described() throws IOException {
    try (ConfigurableApplicationContext context = start()) {
      base = "http://127.0.0.1:" + context.getEnvironment().getProperty("local.server.port");
      while (get("/v1/admin/jobs").status() == 503) {
        LockSupport.parkNanos(20_000_000); // the database opens beside the start
      }
      send("POST", "/v1/events", HttpTest.JSON, world()).assertStatus(202);
      ApiDocument api = new ApiDocument(get("/v3/api-docs").assertStatus(200).body());
      assertThat(file.propertyNames())
          .containsExactlyInAnyOrderElementsOf(
              api.operations().stream().map(Operation::id).toList());
      for (String id : List.copyOf(file.propertyNames())) {
        if (id.equals("cancelPruning")) {
          submitWhatIsCancelled();
        }
        ask(api, api.operation(id));
      }
    }
    if ("write".equals(System.getenv("ESPALIER_DOCS"))) {
      Files.writeString(Path.of("main", "resources", FILE), JSON.writeValueAsString(file) + "\n");
    }
  }

  private static ConfigurableApplicationContext start() {
    return EspalierApplication.run(
        "--server.port=0",
        "--espalier.data-dir=" + data,
        "--espalier.ranking.warm-up=0ms",
        "--espalier.jobs.running-max=1",
        "--espalier.access.admin-key=" + ADMIN);
  }

  /** Job 4 runs for long, and jobs 5 and 6 wait for it. */
  private void submitWhatIsCancelled() {
    String[][] jobs = {
      {
        "/v1/admin/propagations",
        "{\"model\":\"lightgcn\",\"dim\":8,\"epochs\":100000,\"held_out\":0}"
      },
      {"/v1/admin/pruning-jobs", "{\"target\":{\"keep\":0.5},\"dim\":8,\"seed\":2}"},
      {"/v1/admin/propagations", "{\"model\":\"fastrp\",\"dim\":8,\"seed\":2}"}
    };
    for (int i = 0; i < jobs.length; i++) {
      Answer answer = send("POST", jobs[i][0], HttpTest.JSON, jobs[i][1]).assertStatus(202);
      assertThat(answer.json().get("job_id").asInt()).isEqualTo(4 + i);
    }
    awaitJob(4, "running");
  }

  private void ask(ApiDocument api, Operation operation) {
    String path = path(api, operation);
    String[] headers = headers(api, operation);
    if (operation.bodies().isEmpty()) {
      check(api, operation, send(operation.method(), path, null, "", headers), true);
    }
    boolean first = true;
    for (var media : operation.bodies().properties()) {
      for (JsonNode example : media.getValue().get("examples")) {
        JsonNode value = example.get("value");
        String body = value.isString() ? value.asString() : value.toString();
        check(api, operation, send(operation.method(), path, media.getKey(), body, headers), first);
        first = false;
      }
    }
  }

  private void check(ApiDocument api, Operation operation, Answer answer, boolean recorded) {
    assertThat(answer.status()).as("%s: %s", operation, answer.body()).isBetween(200, 299);
    JsonNode described = operation.response(answer.status());
    assertThat(described.isMissingNode()).as("%s %d", operation, answer.status()).isFalse();
    String type = answer.header("Content-Type").replaceAll(";.*", "");
    if (described.has("content")) {
      JsonNode media = described.get("content").path(type);
      assertThat(media.isMissingNode()).as("%s answers %s", operation, type).isFalse();
      JsonNode body = type.endsWith("json") ? answer.json() : StringNode.valueOf(answer.body());
      assertThat(api.faults(media.get("schema"), body)).as("%s: %s", operation, body).isEmpty();
      if (recorded) {
        ((ObjectNode) file.get(operation.id())).set("answer", recordable(operation, body));
      }
      follow(body);
    } else {
      assertThat(answer.body()).as("%s", operation).isEmpty();
    }
  }

  /** Waits for a job that was begun; job 4 is cancelled and the others succeed. */
  private void follow(JsonNode body) {
    if (body.has("key_id") && body.has("key")) {
      keyId = body.get("key_id").asString();
    }
    if (body.has("erasure_id")) {
      awaitJob(body.get("erasure_id").asLong(), "succeeded");
    } else if (body.has("job_id") && !body.path("cancel_requested").asBoolean(false)) {
      boolean cancelled = body.path("status").asString().equals("cancelled");
      awaitJob(body.get("job_id").asLong(), cancelled ? "cancelled" : "succeeded");
    } else if (body.has("job_id")) {
      awaitJob(body.get("job_id").asLong(), "cancelled");
    }
  }

  private static JsonNode recordable(Operation operation, JsonNode body) {
    if (!operation.id().equals("createKey")) {
      return body;
    }
    ObjectNode shown = ((ObjectNode) body).deepCopy();
    return shown.put("key", "esp_5f0c1d2e3a4b_" + "x".repeat(43)).put("key_id", "5f0c1d2e3a4b");
  }

  private void awaitJob(long job, String status) {
    JsonNode now = get("/v1/admin/jobs/" + job).assertStatus(200).json();
    while (!now.get("status").asString().equals(status)) {
      assertThat(now.get("finished_at").isNull()).as(now.toString()).isTrue();
      LockSupport.parkNanos(20_000_000);
      now = get("/v1/admin/jobs/" + job).assertStatus(200).json();
    }
  }

  private String path(ApiDocument api, Operation operation) {
    String path = operation.path();
    StringJoiner query = new StringJoiner("&", "?", "").setEmptyValue("");
    for (JsonNode parameter : api.parameters(operation)) {
      String name = parameter.get("name").asString();
      if (parameter.has("example")) {
        String value = encoded(parameter.get("example").asString());
        switch (parameter.get("in").asString()) {
          case "path" ->
              path =
                  path.replace(
                      "{" + name + "}", operation.id().equals("revokeKey") ? keyId : value);
          case "query" -> query.add(name + "=" + value);
          default -> {} // headers go beside the path
        }
      }
    }
    return path + query;
  }

  private static String[] headers(ApiDocument api, Operation operation) {
    return api.parameters(operation).stream()
        .filter(parameter -> parameter.path("in").asString().equals("header"))
        .filter(parameter -> parameter.has("example"))
        .flatMap(parameter ->
            Stream.of(parameter.get("name").asString(), parameter.get("example").asString()))
        .toArray(String[]::new);
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private Answer get(String path) {
    return send("GET", path, null, "");
  }

  private Answer send(
      String method, String path, @Nullable String contentType, String body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(base + path))
            .header("Authorization", "Bearer " + ADMIN)
            .method(
                method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    if (contentType != null) {
      request.header("Content-Type", contentType);
    }
    return HttpTest.send(request);
  }

  /** Events of users who each like one half of the items. */
  private static String world() {
    SplittableRandom random = new SplittableRandom(1);
    List<String> events = new ArrayList<>();
    for (int e = 0; e < 4000; e++) {
      events.add(
          String.format(
              Locale.ROOT,
              "{\"type\":\"click\",\"user_id\":\"u%d\",\"item_id\":\"i%d\",\"timestamp\":%d}",
              e % 40,
              random.nextInt(100) * 2 + e % 2,
              1_700_000_000_000L + e * 1000L));
    }
    return events.toString();
  }

  private static ObjectNode examples() {
    try (InputStream in = ApiExamplesTest.class.getResourceAsStream("/" + FILE)) {
      return (ObjectNode) JSON.readTree(Objects.requireNonNull(in, FILE));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
