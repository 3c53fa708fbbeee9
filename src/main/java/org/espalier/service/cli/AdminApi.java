package org.espalier.service.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.espalier.service.console.CommandException;
import org.espalier.service.wire.ProblemCode;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;

/** The admin routes of a running service. A refusal is a {@link CommandException} with the problem's words. */
final class AdminApi implements AutoCloseable {

  /** An activation loads its generation before it answers. */
  private static final Duration TIMEOUT = Duration.ofMinutes(5);

  private static final JsonMapper JSON = JsonMapper.shared();
  private static final String DATA = "data:";

  private final URI base;
  private final @Nullable String key;
  private final HttpClient http =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

  /**
   * @param base as {@code http://127.0.0.1:8080}
   * @param key an API key; null for a service that has none
   */
  AdminApi(URI base, @Nullable String key) {
    this.base = base;
    this.key = key;
  }

  JsonNode get(String path) {
    return send("GET", path, "");
  }

  /** Posts a JSON body. */
  JsonNode post(String path, Object body) {
    return send("POST", path, JSON.writeValueAsString(body));
  }

  JsonNode put(String path, Object body) {
    return send("PUT", path, JSON.writeValueAsString(body));
  }

  JsonNode delete(String path) {
    return send("DELETE", path, "");
  }

  /** Reads server-sent events until the stream ends, each one's data once. */
  void events(String path, Consumer<JsonNode> listener) {
    HttpRequest request = request(path).GET().build();
    try {
      HttpResponse<Stream<String>> response = http.send(request, BodyHandlers.ofLines());
      try (Stream<String> lines = response.body()) {
        if (response.statusCode() != 200) {
          throw refused("GET " + path, response.statusCode(), String.join("", lines.toList()));
        }
        lines
            .filter(line -> line.startsWith(DATA))
            .map(line -> JSON.readTree(line.substring(DATA.length())))
            .forEach(listener);
      }
    } catch (IOException | UncheckedIOException e) {
      throw unreachable(e);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private HttpRequest.Builder request(String path) {
    HttpRequest.Builder request = HttpRequest.newBuilder(base.resolve(path));
    if (key != null) {
      request.header("Authorization", "Bearer " + key);
    }
    return request;
  }

  private JsonNode send(String method, String path, String body) {
    HttpRequest.Builder request =
        request(path)
            .timeout(TIMEOUT)
            .method(
                method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    if (!body.isEmpty()) {
      request.header("Content-Type", "application/json");
    }
    HttpResponse<String> response;
    try {
      response = http.send(request.build(), BodyHandlers.ofString());
    } catch (IOException e) {
      throw unreachable(e);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
    if (response.statusCode() / 100 != 2) {
      throw refused(method + " " + path, response.statusCode(), response.body());
    }
    return response.body().isEmpty() ? MissingNode.getInstance() : parse(response.body());
  }

  private CommandException unreachable(Exception e) {
    String why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    return new CommandException(
        "%s does not answer (%s); start the service, or name another one with --url"
            .formatted(base, why),
        e);
  }

  private static CommandException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new CommandException("interrupted", e);
  }

  private static CommandException refused(String what, int status, String body) {
    JsonNode problem = parse(body);
    String detail = problem.path("detail").asString("no problem was named");
    String hint =
        problem.path("code").asString("").equals(ProblemCode.UNKNOWN_ROUTE.code())
            ? "; if the service has a management port, name that with --url"
            : "";
    return new CommandException(
        "%s was refused with %d: %s%s".formatted(what, status, detail, hint));
  }

  private static JsonNode parse(String body) {
    try {
      return JSON.readTree(body);
    } catch (JacksonException e) {
      throw new CommandException("the answer is no JSON; is this an Espalier service?", e);
    }
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
