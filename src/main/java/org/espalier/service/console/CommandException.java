package org.espalier.service.console;

/** A command failed for a reason that its user can act on: the message is one clear line. */
public final class CommandException extends RuntimeException {

  private static final long serialVersionUID = 1;

  public CommandException(String message) {
    super(message);
  }

  public CommandException(String message, Throwable cause) {
    super(message, cause);
  }
}
