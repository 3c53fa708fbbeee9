package org.espalier.service.propagation;

/** No vectors can be made; the message is one line that says why and what to do. */
public final class PropagationException extends RuntimeException {

  private static final long serialVersionUID = 1;

  public PropagationException(String line) {
    super(line);
  }
}
