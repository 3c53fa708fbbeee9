package org.espalier.service.wire;

/** The bounds of settings, which the records that hold them check when they are made. */
public final class Bounds {

  private Bounds() {}

  /**
   * Checks a setting.
   *
   * @param setting its full name
   * @param min smallest value allowed
   * @param max largest value allowed
   * @throws IllegalArgumentException that says all of these
   */
  public static void check(String setting, long value, long min, long max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          "%s=%d must be between %d and %d".formatted(setting, value, min, max));
    }
  }
}
