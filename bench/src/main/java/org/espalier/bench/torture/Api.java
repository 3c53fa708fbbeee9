package org.espalier.bench.torture;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Asks the service. An answer that says neither what was wanted nor why not is a violation. */
final class Api implements AutoCloseable {

  /** A paused process answers late; a dead one not at all. */
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  /** Refusals that name a passing reason. */
  private static final Set<Integer> NOT_NOW = Set.of(429, 503, 507);

  private final HttpClient http =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
  private final URI base;
  private final Violations violations;

  Api(int port, Violations violations) {
    this.base = URI.create("http://127.0.0.1:" + port);
    this.violations = violations;
  }

  /** An answer: its status, and its JSON. */
  record Answer(int status, JsonNode json) {

    boolean ok() {
      return status / 100 == 2;
    }

    boolean notNow() {
      return NOT_NOW.contains(status);
    }
  }

  Answer get(String path) throws IOException, InterruptedException {
    return send(HttpRequest.newBuilder(base.resolve(path)).GET(), path);
  }

  Answer post(String path, String json) throws IOException, InterruptedException {
    return send(
        HttpRequest.newBuilder(base.resolve(path))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(json)),
        path);
  }

  private Answer send(HttpRequest.Builder request, String path)
      throws IOException, InterruptedException {
    HttpResponse<String> response =
        http.send(request.timeout(TIMEOUT).build(), BodyHandlers.ofString());
    JsonNode json;
    try {
      json = JsonMapper.shared().readTree(response.body().isEmpty() ? "{}" : response.body());
    } catch (JacksonException e) {
      violations.add("%s answered %d and no JSON".formatted(path, response.statusCode()));
      throw new IOException("no JSON", e);
    }
    int status = response.statusCode();
    if (status >= 500 && !NOT_NOW.contains(status)) {
      violations.add("%s answered %d: %s".formatted(path, status, json));
    }
    if (status >= 400 && path.startsWith("/v1/") && json.path("detail").asString("").isEmpty()) {
      violations.add("%s answered %d and no reason".formatted(path, status));
    }
    return new Answer(status, json);
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
