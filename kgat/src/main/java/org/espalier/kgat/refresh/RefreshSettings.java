package org.espalier.kgat.refresh;

/**
 * How exact and how parallel a refresh is.
 *
 * @param epsilon a row is recomputed when its input may have changed by this much, as a share of the
 *     length of a typical row; 0 recomputes whatever changed at all
 * @param threads at least 1
 */
public record RefreshSettings(float epsilon, int threads) {

  /** Scores within a few tenths of a percent of a full propagation's. */
  public static final RefreshSettings DEFAULT = new RefreshSettings(1e-3f, 2);

  /**
   * @throws IllegalArgumentException when a value is out of its range
   */
  public RefreshSettings {
    if (!(epsilon >= 0 && epsilon < 1) || threads < 1) {
      throw new IllegalArgumentException(
          "out of range: epsilon=%s, threads=%d".formatted(epsilon, threads));
    }
  }
}
