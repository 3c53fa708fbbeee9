package org.espalier.service.platform;

import java.io.IOException;

/** The body went over its limit while it was read; an {@code IOException} so that it passes through any reader. */
final class BodyTooLargeException extends IOException {

  private static final long serialVersionUID = 1;

  BodyTooLargeException(long bytesMax) {
    super("the body is larger than %d bytes; send several requests".formatted(bytesMax));
  }
}
