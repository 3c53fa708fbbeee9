package org.espalier.service.wire;

import java.util.Locale;

/**
 * Everything that can be wrong with a request, as callers see it. A code belongs to a whole answer
 * ({@link Problem}), to one element of a batch ({@link RejectedElement}), or to both; its name in lower case is part
 * of the API and never changes its meaning.
 */
public enum ProblemCode {
  BAD_REQUEST(400, "The request cannot be understood"),
  EMPTY_BODY(400, "The body is empty"),
  BROKEN_JSON(400, "The body is not valid JSON"),
  INVALID_UTF8(400, "The text is not valid UTF-8"),
  TOO_DEEP(400, "The JSON is nested too deeply or a token is too long"),
  INVALID_ELEMENT(400, "The element is not an object"),
  INVALID_TYPE(400, "A value has the wrong type"),
  INVALID_VALUE(400, "A value is out of its range"),
  INVALID_ID(400, "An id is malformed"),
  INVALID_TIMESTAMP(400, "A time is malformed or out of range"),
  INVALID_CURSOR(400, "The cursor is not one of this list"),
  MISSING_FIELD(400, "A required field is missing"),
  UNKNOWN_FIELD(400, "A field is not known"),
  DUPLICATE_FIELD(400, "A field stands twice"),
  ELEMENT_TOO_LARGE(400, "The element is too large"),
  CONTEXT_TOO_LARGE(400, "The context is too large"),
  TOO_MANY_FIELDS(400, "The record has too many fields or values"),
  FIELD_TOO_LARGE(400, "A field's name or value is too long"),
  KEY_MISSING(401, "An API key is needed"),
  KEY_INVALID(401, "The API key is not one of this service"),
  KEY_EXPIRED(401, "The API key has expired"),
  KEY_REVOKED(401, "The API key was revoked"),
  SCOPE_MISSING(403, "The API key does not allow this"),
  LOCAL_ONLY(403, "Without API keys only this machine is served"),
  UNKNOWN_ROUTE(404, "There is no such route"),
  UNKNOWN_ITEM(404, "There is no such item"),
  UNKNOWN_USER(404, "There is no such user"),
  UNKNOWN_KEY(404, "There is no such API key"),
  UNKNOWN_ERASURE(404, "There is no such erasure"),
  UNKNOWN_JOB(404, "There is no such job, or no such report of it"),
  UNKNOWN_GENERATION(404, "There is no such generation"),
  UNKNOWN_EXPERIMENT(404, "There is no such experiment"),
  METHOD_NOT_ALLOWED(405, "The route does not take this method"),
  NOT_ACCEPTABLE(406, "The answer is not available in an accepted media type"),
  REQUEST_TIMEOUT(408, "The request did not arrive in time"),
  JOB_CONFLICT(409, "The same job waits or runs already"),
  JOB_FINISHED(409, "The job has ended"),
  STALE_GENERATION(409, "Another generation is active than the caller expects"),
  GENERATION_ACTIVE(409, "The generation is active"),
  GENERATION_PINNED(409, "The generation is pinned"),
  GENERATION_IN_USE(409, "An experiment serves the generation"),
  NO_TEACHER(409, "The active generation cannot be the teacher of a search"),
  NOT_SERVABLE(409, "The generation cannot serve rankings"),
  EXPERIMENT_CONFLICT(409, "Another experiment is under way"),
  LAST_ADMIN_KEY(409, "No key with the scope admin would be left"),
  VERSION_MISMATCH(412, "The record was changed since it was read"),
  BODY_TOO_LARGE(413, "The body is over the limit"),
  TOO_MANY_ELEMENTS(413, "The body has too many elements"),
  UNSUPPORTED_MEDIA_TYPE(415, "The body's media type is not supported"),
  VERSION_MISSING(428, "The request must say which version it changes"),
  RATE_LIMITED(429, "Too many requests"),
  QUEUE_FULL(429, "Too many jobs wait"),
  INTERNAL_ERROR(500, "The service failed"),
  NOT_IMPLEMENTED(501, "The server does not know this feature of HTTP"),
  UNAVAILABLE(503, "The service cannot answer now"),
  DISK_FULL(507, "The disk is full");

  private final int status;
  private final String title;
  private final String code = name().toLowerCase(Locale.ROOT);

  ProblemCode(int status, String title) {
    this.status = status;
    this.title = title;
  }

  public int status() {
    return status;
  }

  public String title() {
    return title;
  }

  /** The name that callers see, in snake_case. */
  public String code() {
    return code;
  }

  /** The most general code of a status that some layer below this application chose. */
  public static ProblemCode ofStatus(int status) {
    return switch (status) {
      case 401 -> KEY_INVALID;
      case 403 -> SCOPE_MISSING;
      case 404 -> UNKNOWN_ROUTE;
      case 405 -> METHOD_NOT_ALLOWED;
      case 406 -> NOT_ACCEPTABLE;
      case 408 -> REQUEST_TIMEOUT;
      case 413 -> BODY_TOO_LARGE;
      case 415 -> UNSUPPORTED_MEDIA_TYPE;
      case 429 -> RATE_LIMITED;
      case 501, 505 -> NOT_IMPLEMENTED;
      case 503 -> UNAVAILABLE;
      case 507 -> DISK_FULL;
      default -> status >= 500 ? INTERNAL_ERROR : BAD_REQUEST;
    };
  }
}
