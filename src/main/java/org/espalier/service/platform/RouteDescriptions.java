package org.espalier.service.platform;

import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.headers.Header;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.parameters.Parameter;
import io.swagger.v3.oas.models.responses.ApiResponse;
import io.swagger.v3.oas.models.security.SecurityRequirement;
import java.math.BigDecimal;
import org.espalier.service.wire.Needs;
import org.espalier.service.wire.Scope;
import org.springdoc.core.customizers.OperationCustomizer;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.stereotype.Component;
import org.springframework.web.method.HandlerMethod;

/** What every operation's description says alike: scope, problems, examples, and the parameters that lists share. */
@Component
final class RouteDescriptions implements OperationCustomizer {

  private static final int CURSOR_LENGTH_MAX = 512;
  private static final int KEY_LENGTH_MAX = 255;
  private static final int LIMIT_MAX = 1000;

  private final ApiExamples examples = ApiExamples.load();

  @Override
  public Operation customize(Operation operation, HandlerMethod method) {
    Scope needed = scope(method);
    operation.addSecurityItem(
        new SecurityRequirement().addList(OpenApiSettings.BEARER, needed.text()));
    operation.addSecurityItem(
        new SecurityRequirement().addList(OpenApiSettings.HEADER, needed.text()));
    RouteProblems.parameters(operation).forEach(RouteDescriptions::describe);
    operation.getResponses().values().forEach(RouteDescriptions::describe);
    RouteProblems.describe(operation, method, needed);
    examples.describe(operation);
    return operation;
  }

  private static Scope scope(HandlerMethod method) {
    Needs needs = AnnotatedElementUtils.findMergedAnnotation(method.getMethod(), Needs.class);
    if (needs == null) {
      needs = AnnotatedElementUtils.findMergedAnnotation(method.getBeanType(), Needs.class);
    }
    if (needs == null) {
      throw new IllegalStateException(method + " has no @Needs: say which scope it needs");
    }
    return needs.value();
  }

  /** A header that refers to one of the components says nothing itself. */
  private static void describe(ApiResponse response) {
    if (response.getHeaders() != null) {
      response
          .getHeaders()
          .replaceAll((_, header) ->
              header.get$ref() == null ? header : new Header().$ref(header.get$ref()));
    }
  }

  private static void describe(Parameter parameter) {
    Schema<?> schema = parameter.getSchema();
    if (schema == null) {
      return; // refers to one of the components
    }
    switch (parameter.getName()) {
      case "cursor" -> {
        parameter.setDescription(
            "next_cursor of the page before, as it came; the first page when left out");
        schema.minLength(1).maxLength(CURSOR_LENGTH_MAX);
      }
      case "limit" -> {
        if (parameter.getDescription() == null) {
          parameter.setDescription("the most elements of the page");
          schema.minimum(BigDecimal.ONE).maximum(BigDecimal.valueOf(LIMIT_MAX));
        }
      }
      case "Idempotency-Key" -> {
        parameter.setDescription(
            "makes a retry harmless: the same request under the same key is carried out once");
        schema.minLength(1).maxLength(KEY_LENGTH_MAX);
      }
      default -> {}
    }
  }
}
