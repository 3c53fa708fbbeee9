package org.espalier.service.platform;

import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.examples.Example;
import io.swagger.v3.oas.models.media.Content;
import io.swagger.v3.oas.models.media.MediaType;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.parameters.Parameter;
import io.swagger.v3.oas.models.responses.ApiResponse;
import io.swagger.v3.oas.models.responses.ApiResponses;
import java.util.Collection;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.espalier.service.wire.Fails;
import org.espalier.service.wire.Problem;
import org.espalier.service.wire.ProblemCode;
import org.espalier.service.wire.Scope;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.web.method.HandlerMethod;

/** Which problems a route answers: what follows from its kind, and what its method says by {@link Fails}. */
final class RouteProblems {

  private static final String SCHEMA = "#/components/schemas/Problem";
  private static final String TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736";

  private static final Set<ProblemCode> ALL =
      EnumSet.of(
          ProblemCode.BAD_REQUEST,
          ProblemCode.KEY_MISSING,
          ProblemCode.KEY_INVALID,
          ProblemCode.KEY_EXPIRED,
          ProblemCode.KEY_REVOKED,
          ProblemCode.SCOPE_MISSING,
          ProblemCode.LOCAL_ONLY,
          ProblemCode.NOT_ACCEPTABLE,
          ProblemCode.RATE_LIMITED,
          ProblemCode.INTERNAL_ERROR,
          ProblemCode.UNAVAILABLE);

  private static final Set<ProblemCode> BODY =
      EnumSet.of(
          ProblemCode.EMPTY_BODY,
          ProblemCode.BROKEN_JSON,
          ProblemCode.INVALID_UTF8,
          ProblemCode.TOO_DEEP,
          ProblemCode.INVALID_ELEMENT,
          ProblemCode.INVALID_TYPE,
          ProblemCode.INVALID_VALUE,
          ProblemCode.MISSING_FIELD,
          ProblemCode.UNKNOWN_FIELD,
          ProblemCode.DUPLICATE_FIELD,
          ProblemCode.REQUEST_TIMEOUT,
          ProblemCode.BODY_TOO_LARGE,
          ProblemCode.UNSUPPORTED_MEDIA_TYPE);

  private RouteProblems() {}

  /** Adds them to an operation that knows its parameters and its body. */
  static void describe(Operation operation, HandlerMethod method, Scope needed) {
    Set<ProblemCode> codes = EnumSet.copyOf(ALL);
    codes.addAll(own(method));
    if (operation.getRequestBody() != null) {
      codes.addAll(BODY);
    }
    if (needed != Scope.READ) {
      codes.add(ProblemCode.DISK_FULL);
    }
    for (Parameter parameter : parameters(operation)) {
      if ("cursor".equals(parameter.getName())) {
        codes.add(ProblemCode.INVALID_CURSOR);
      }
      if ("query".equals(parameter.getIn())) {
        codes.add(ProblemCode.INVALID_TYPE);
        codes.add(ProblemCode.INVALID_VALUE);
        if (Boolean.TRUE.equals(parameter.getRequired())) {
          codes.add(ProblemCode.MISSING_FIELD);
        }
      }
      if ("header".equals(parameter.getIn()) || parameter.get$ref() != null) {
        codes.add(ProblemCode.INVALID_VALUE);
      }
    }
    Map<Integer, List<ProblemCode>> byStatus =
        codes.stream()
            .collect(Collectors.groupingBy(ProblemCode::status, TreeMap::new, Collectors.toList()));
    ApiResponses responses = operation.getResponses();
    byStatus.forEach(
        (status, of) -> responses.addApiResponse(Integer.toString(status), response(of)));
  }

  /** Every problem by its code, for {@code #/components/examples}. */
  static Map<String, Example> examples() {
    Map<String, Example> examples = new LinkedHashMap<>();
    for (ProblemCode code : ProblemCode.values()) {
      String detail = code.title().toLowerCase(Locale.ROOT);
      examples.put(
          code.code(),
          new Example().summary(code.title()).value(Problem.of(code, detail, TRACE_ID)));
    }
    return examples;
  }

  static List<Parameter> parameters(Operation operation) {
    return operation.getParameters() == null ? List.of() : operation.getParameters();
  }

  private static Collection<ProblemCode> own(HandlerMethod method) {
    Set<ProblemCode> codes = EnumSet.noneOf(ProblemCode.class);
    Fails ofAll = AnnotatedElementUtils.findMergedAnnotation(method.getBeanType(), Fails.class);
    Fails ofMethod = AnnotatedElementUtils.findMergedAnnotation(method.getMethod(), Fails.class);
    for (Fails fails : new Fails[] {ofAll, ofMethod}) {
      if (fails != null) {
        codes.addAll(List.of(fails.value()));
      }
    }
    return codes;
  }

  private static ApiResponse response(List<ProblemCode> codes) {
    MediaType problem = new MediaType().schema(new Schema<>().$ref(SCHEMA));
    for (ProblemCode code : codes) {
      problem.addExamples(code.code(), new Example().$ref("#/components/examples/" + code.code()));
    }
    return new ApiResponse()
        .description(codes.stream().map(ProblemCode::title).collect(Collectors.joining("; ")))
        .content(new Content().addMediaType(Problem.MEDIA_TYPE, problem));
  }
}
