package org.espalier.service.wire;

/** Refuses one element of a batch; its neighbours are not concerned. */
public final class Rejection extends Exception {

  private static final long serialVersionUID = 1;

  private final ProblemCode code;

  /**
   * @param detail what was wrong and what to do
   */
  public Rejection(ProblemCode code, String detail) {
    super(detail, null, false, false); // a batch may hold thousands of them
    this.code = code;
  }

  public ProblemCode code() {
    return code;
  }

  /** What was wrong and what to do. */
  public String detail() {
    return String.valueOf(getMessage());
  }

  /** The same refusal for a request that has only one element. */
  public ProblemException asProblem() {
    return new ProblemException(code, detail());
  }

  /** The same refusal as it is reported for an element of a batch. */
  public RejectedElement at(int index) {
    return new RejectedElement(index, code.code(), detail());
  }
}
