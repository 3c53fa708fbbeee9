package org.espalier.service.platform;

/** What to tell about a status that a layer below the controllers chose. */
final class ErrorDetails {

  private ErrorDetails() {}

  static String of(int status) {
    return switch (status) {
      case 400 ->
          "the request line, a header or the path's percent-encoding is malformed or too long";
      case 404 -> "no route has this path; /v3/api-docs lists all";
      case 405 -> "the server takes GET, HEAD, POST, PUT, PATCH, DELETE and OPTIONS";
      case 414 -> "the path and query are too long";
      case 431 -> "the headers are too large";
      case 501, 505 -> "use HTTP/1.1 and chunked or identity transfer encoding";
      default ->
          status >= 500
              ? "this is a fault of the service; its log holds more under the trace id"
              : "the request is not valid here";
    };
  }
}
