package org.espalier.service.demo;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Set;
import org.espalier.service.console.CommandException;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/** The service's REST interface, as any caller has it. Safe for use by several threads. */
final class Api implements AutoCloseable {

  private static final Set<Integer> TRY_AGAIN = Set.of(429, 503);
  private static final int ATTEMPTS = 10;
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  private final URI base;
  private final @Nullable String key;
  private final HttpClient http = HttpClient.newHttpClient();
  private final JsonMapper json =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .changeDefaultPropertyInclusion(
              inclusion -> inclusion.withValueInclusion(JsonInclude.Include.NON_NULL))
          .build();

  /**
   * @param base as {@code http://127.0.0.1:8080}
   * @param key an API key; null for a service that has none
   */
  Api(URI base, @Nullable String key) {
    this.base = base;
    this.key = key;
  }

  URI base() {
    return base;
  }

  /**
   * Gets a resource.
   *
   * @param path encoded, as {@code /v1/recommend/u1?n=10}
   */
  JsonNode get(String path) throws InterruptedException {
    return send(HttpRequest.newBuilder(base.resolve(path)).GET(), path);
  }

  /** Posts a body, made of records whose names become snake_case. */
  JsonNode post(String path, Object body) throws InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(base.resolve(path))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofByteArray(json.writeValueAsBytes(body)));
    return send(request, path);
  }

  private JsonNode send(HttpRequest.Builder builder, String path) throws InterruptedException {
    if (key != null) {
      builder.header("Authorization", "Bearer " + key);
    }
    HttpRequest request = builder.timeout(TIMEOUT).build();
    for (int attempt = 1; ; attempt++) {
      HttpResponse<byte[]> response;
      try {
        response = http.send(request, BodyHandlers.ofByteArray());
      } catch (IOException e) {
        throw new CommandException(request.method() + " " + request.uri() + " failed: " + e, e);
      }
      if (response.statusCode() / 100 == 2) {
        return json.readTree(response.body());
      }
      if (!TRY_AGAIN.contains(response.statusCode()) || attempt == ATTEMPTS) {
        throw refused(request.method() + " " + path, response);
      }
      Thread.sleep(retryAfter(response));
    }
  }

  private CommandException refused(String what, HttpResponse<byte[]> response) {
    String type = response.headers().firstValue("Content-Type").orElse("");
    String why =
        type.startsWith("application/problem+json")
            ? json.readTree(response.body()).path("detail").asString()
            : "no problem was named";
    return new CommandException(
        "%s was refused with %d: %s".formatted(what, response.statusCode(), why));
  }

  private static Duration retryAfter(HttpResponse<byte[]> response) {
    return Duration.ofSeconds(response.headers().firstValueAsLong("Retry-After").orElse(1));
  }

  @Override
  public void close() {
    http.close();
  }
}
