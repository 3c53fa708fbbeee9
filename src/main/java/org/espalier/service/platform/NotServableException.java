package org.espalier.service.platform;

/** A generation is of no use for rankings; the message is one line that says why. */
public final class NotServableException extends RuntimeException {

  private static final long serialVersionUID = 1;

  public NotServableException(String line, Throwable cause) {
    super(line, cause);
  }
}
