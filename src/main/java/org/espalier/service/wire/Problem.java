package org.espalier.service.wire;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import tools.jackson.databind.json.JsonMapper;

/**
 * An answer of {@code application/problem+json} (RFC 9457).
 *
 * @param detail what was wrong and what to do, for a person
 * @param code one of {@link ProblemCode}, for a program
 * @param traceId the id under which the service's logs hold this request
 */
@JsonPropertyOrder({"type", "title", "status", "detail", "code", "trace_id"})
@Schema(description = "What was wrong and what to do, as in RFC 9457")
public record Problem(
    @Schema(example = "urn:espalier:problem:invalid_id") String type,
    @Schema(example = "An id is malformed") String title,
    @Schema(example = "400") int status,
    @Schema(example = "user_id is empty; ids have 1 to 512 bytes") String detail,
    @Schema(example = "invalid_id") String code,
    @Schema(example = "4bf92f3577b34da6a3ce929d0e0e4736") @JsonProperty("trace_id")
        String traceId) {

  public static final String MEDIA_TYPE = "application/problem+json";

  private static final JsonMapper JSON = JsonMapper.shared();

  public static Problem of(ProblemCode code, String detail, String traceId) {
    return of(code, code.status(), detail, traceId);
  }

  /** As {@link #of}, with a status that a layer below chose. */
  public static Problem of(ProblemCode code, int status, String detail, String traceId) {
    String type = "urn:espalier:problem:" + code.code();
    return new Problem(type, code.title(), status, detail, code.code(), traceId);
  }

  /** Answers {@code request} with this problem, whatever media type it accepts. */
  public void write(HttpServletRequest request, HttpServletResponse response) throws IOException {
    byte[] body = JSON.writeValueAsBytes(this);
    response.setStatus(status);
    response.setContentType(MEDIA_TYPE);
    response.setContentLength(body.length);
    response.setHeader(TraceId.HEADER, traceId);
    if (!"HEAD".equals(request.getMethod())) { // a broken request line has no method
      response.getOutputStream().write(body);
    }
  }
}
