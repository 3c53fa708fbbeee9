package org.espalier.search.job;

/** A search that cannot be done; the message is one line that says why and what to do. */
public final class SearchException extends RuntimeException {

  private static final long serialVersionUID = 1;

  public SearchException(String line) {
    super(line);
  }

  public SearchException(String line, Throwable cause) {
    super(line, cause);
  }
}
