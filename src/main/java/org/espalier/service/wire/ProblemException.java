package org.espalier.service.wire;

/** Refuses a whole request with one {@link Problem}. */
public final class ProblemException extends RuntimeException {

  private static final long serialVersionUID = 1;

  private final ProblemCode code;

  /**
   * @param detail what was wrong and what to do
   */
  public ProblemException(ProblemCode code, String detail) {
    super(detail, null, false, false); // an answer, not a fault: nobody reads its stack
    this.code = code;
  }

  public ProblemCode code() {
    return code;
  }

  /** What was wrong and what to do. */
  public String detail() {
    return String.valueOf(getMessage());
  }
}
