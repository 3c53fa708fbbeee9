package org.espalier.service.training;

/** No model can be made; the message is one line that says why and what to do. */
public final class TrainingException extends RuntimeException {

  private static final long serialVersionUID = 1;

  public TrainingException(String line) {
    super(line);
  }
}
