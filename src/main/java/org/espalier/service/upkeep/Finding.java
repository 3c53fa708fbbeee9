package org.espalier.service.upkeep;

/**
 * What one check of {@link Doctor} found.
 *
 * @param check its name
 * @param found what is there
 * @param advice what to do; empty when all is well
 */
public record Finding(String check, Status status, String found, String advice) {

  /** How bad it is. */
  public enum Status {
    OK,
    /** It works, but not as well as it could. */
    WARNING,
    /** The service does not start, or loses what it needs. */
    FAILED
  }

  static Finding ok(String check, String found) {
    return new Finding(check, Status.OK, found, "");
  }

  static Finding warning(String check, String found, String advice) {
    return new Finding(check, Status.WARNING, found, advice);
  }

  static Finding failed(String check, String found, String advice) {
    return new Finding(check, Status.FAILED, found, advice);
  }
}
