package org.espalier.service.platform;

import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.examples.Example;
import io.swagger.v3.oas.models.media.Content;
import io.swagger.v3.oas.models.media.MediaType;
import io.swagger.v3.oas.models.parameters.Parameter;
import io.swagger.v3.oas.models.responses.ApiResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Examples of requests and their answers, by operation, in an order in which a fresh service can be asked. A test sends
 * them all; it recorded the answers.
 */
final class ApiExamples {

  private static final String FILE = "api-examples.json";
  private static final JsonMapper JSON = JsonMapper.shared();

  private final JsonNode examples;

  private ApiExamples(JsonNode examples) {
    this.examples = examples;
  }

  static ApiExamples load() {
    try (InputStream in = ApiExamples.class.getResourceAsStream(FILE)) {
      return new ApiExamples(JSON.readTree(Objects.requireNonNull(in, FILE)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Adds an operation's examples to its parameters, its body and its successes. */
  void describe(Operation operation) {
    JsonNode known = examples.path(operation.getOperationId());
    for (Parameter parameter : RouteProblems.parameters(operation)) {
      JsonNode value = known.path("parameters").path(parameter.getName());
      if (!value.isMissingNode()) {
        parameter.setExample(plain(value));
      }
    }
    if (operation.getRequestBody() != null) {
      addRequests(operation.getRequestBody().getContent(), known.path("requests"));
    }
    for (Map.Entry<String, ApiResponse> response : operation.getResponses().entrySet()) {
      Content content = response.getValue().getContent();
      if (response.getKey().startsWith("2") && content != null && known.has("answer")) {
        JsonNode answer = known.get("answer");
        content.forEach((type, media) -> {
          if (type.endsWith("json") != answer.isString()) {
            media.setExample(plain(answer));
          }
        });
      }
    }
  }

  private static void addRequests(Content content, JsonNode requests) {
    content.forEach((type, media) ->
        requests
            .properties()
            .forEach(request -> {
              boolean lines = request.getValue().isString();
              if (lines == type.contains("ndjson")) {
                add(media, request.getKey(), request.getValue());
              }
            }));
  }

  private static void add(MediaType media, String name, JsonNode value) {
    media.addExamples(name, new Example().value(plain(value)));
  }

  /** As the document's own mapper writes it, which knows nothing of {@link JsonNode}. */
  private static @Nullable Object plain(JsonNode value) {
    return JSON.convertValue(value, Object.class);
  }
}
