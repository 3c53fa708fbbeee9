package org.espalier.embeddings.store;

import java.util.List;
import java.util.Map;

/**
 * What {@link Store#verify} found.
 *
 * @param rows how many rows were read, by family
 * @param problemCount how many problems there are
 * @param problems the first of them
 */
public record Verification(Map<String, Long> rows, long problemCount, List<Problem> problems) {

  /**
   * One thing that is not as it was written.
   *
   * @param key of the row in hexadecimal, or what else names the place
   */
  public record Problem(String family, String key, String what) {}

  /** Whether all is well. */
  public boolean sound() {
    return problemCount == 0;
  }
}
