package org.espalier.service.platform;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collection;
import java.util.stream.Collectors;
import org.apache.tomcat.util.http.InvalidParameterException;
import org.espalier.service.wire.Problem;
import org.espalier.service.wire.ProblemCode;
import org.espalier.service.wire.ProblemException;
import org.espalier.service.wire.TraceId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.TypeMismatchException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.web.ErrorResponse;
import org.springframework.web.HttpMediaTypeNotAcceptableException;
import org.springframework.web.HttpMediaTypeNotSupportedException;
import org.springframework.web.HttpRequestMethodNotSupportedException;
import org.springframework.web.bind.MissingServletRequestParameterException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.async.AsyncRequestNotUsableException;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;
import org.springframework.web.servlet.NoHandlerFoundException;
import org.springframework.web.servlet.resource.NoResourceFoundException;
import tools.jackson.core.exc.JacksonIOException;

/** Turns everything that a controller or Spring itself throws into one {@link Problem}. */
@RestControllerAdvice
class ProblemAdvice {

  private static final Logger log = LoggerFactory.getLogger(ProblemAdvice.class);

  @ExceptionHandler
  void refused(ProblemException e, HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    if (e.code() == ProblemCode.UNAVAILABLE || e.code() == ProblemCode.QUEUE_FULL) {
      response.setHeader(HttpHeaders.RETRY_AFTER, "1");
    }
    answer(e.code(), e.detail(), request, response);
  }

  @ExceptionHandler
  void unreadable(
      HttpMessageNotReadableException e, HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    refused(BodyFaults.problem(e), request, response);
  }

  @ExceptionHandler
  void bodyBroke(JacksonIOException e, HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    refused(BodyFaults.problem(e), request, response);
  }

  @ExceptionHandler
  void bodyBroke(IOException e, HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    refused(BodyFaults.problem(e), request, response);
  }

  /** The caller has gone: there is nobody to answer. */
  @ExceptionHandler
  void gone(AsyncRequestNotUsableException e) {
    log.debug("The caller closed the connection: {}", e.getMessage());
  }

  @ExceptionHandler({NoHandlerFoundException.class, NoResourceFoundException.class})
  void unknownRoute(HttpServletRequest request, HttpServletResponse response) throws IOException {
    String detail = "no route has this path; /v3/api-docs lists all";
    answer(ProblemCode.UNKNOWN_ROUTE, detail, request, response);
  }

  @ExceptionHandler
  void method(
      HttpRequestMethodNotSupportedException e,
      HttpServletRequest request,
      HttpServletResponse response)
      throws IOException {
    String[] supported = e.getSupportedMethods();
    String allowed = supported == null ? "" : String.join(", ", supported);
    response.setHeader(HttpHeaders.ALLOW, allowed);
    String detail = "this route takes " + allowed;
    answer(ProblemCode.METHOD_NOT_ALLOWED, detail, request, response);
  }

  @ExceptionHandler
  void mediaType(
      HttpMediaTypeNotSupportedException e,
      HttpServletRequest request,
      HttpServletResponse response)
      throws IOException {
    String supported = join(e.getSupportedMediaTypes());
    response.setHeader(HttpHeaders.ACCEPT, supported);
    String detail = "send the header Content-Type with one of: " + supported;
    answer(ProblemCode.UNSUPPORTED_MEDIA_TYPE, detail, request, response);
  }

  @ExceptionHandler
  void notAcceptable(
      HttpMediaTypeNotAcceptableException e,
      HttpServletRequest request,
      HttpServletResponse response)
      throws IOException {
    String detail = "send no Accept header, or one with: " + join(e.getSupportedMediaTypes());
    answer(ProblemCode.NOT_ACCEPTABLE, detail, request, response);
  }

  @ExceptionHandler
  void missingParameter(
      MissingServletRequestParameterException e,
      HttpServletRequest request,
      HttpServletResponse response)
      throws IOException {
    String detail = "the query parameter %s is missing".formatted(e.getParameterName());
    answer(ProblemCode.MISSING_FIELD, detail, request, response);
  }

  @ExceptionHandler
  void parameterType(
      TypeMismatchException e, HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    String name =
        e instanceof MethodArgumentTypeMismatchException argument
            ? argument.getName()
            : String.valueOf(e.getPropertyName());
    String detail = "the query parameter %s must be a whole number in its range".formatted(name);
    answer(ProblemCode.INVALID_TYPE, detail, request, response);
  }

  /** A query whose percent-encoded bytes are no UTF-8, which Tomcat says when somebody first asks for a parameter. */
  @ExceptionHandler
  void query(InvalidParameterException e, HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    String detail = "the query cannot be read; write it as UTF-8, percent-encoded";
    answer(ProblemCode.BAD_REQUEST, detail, request, response);
  }

  @ExceptionHandler
  void fault(Exception e, HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    if (e instanceof ErrorResponse known && known.getStatusCode().is4xxClientError()) {
      int status = known.getStatusCode().value();
      answer(ProblemCode.ofStatus(status), "the request is not valid here", request, response);
      return;
    }
    log.error("A request failed", e);
    String detail = "this is a fault of the service; its log holds more under the trace id";
    answer(ProblemCode.INTERNAL_ERROR, detail, request, response);
  }

  private static void answer(
      ProblemCode code, String detail, HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    if (response.isCommitted()) {
      return; // the status is on its way; the cut-off body tells the caller
    }
    response.resetBuffer();
    Problem.of(code, detail, TraceId.of(request)).write(request, response);
  }

  private static String join(Collection<?> mediaTypes) {
    return mediaTypes.stream().map(String::valueOf).collect(Collectors.joining(", "));
  }
}
