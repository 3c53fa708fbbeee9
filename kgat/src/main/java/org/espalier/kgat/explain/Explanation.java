package org.espalier.kgat.explain;

import java.util.List;

/**
 * One reason for a recommendation: a path from the user towards the item, in words.
 *
 * @param steps in order; each begins where the one before ended
 * @param weight the product of the steps' weights
 */
public record Explanation(List<Step> steps, double weight) {

  /** Copies the steps. */
  public Explanation {
    steps = List.copyOf(steps);
  }

  /**
   * One edge.
   *
   * @param from token of a user or an entity
   * @param relation its token; the edge is {@code (from, relation, to)}, or when inverse {@code (to,
   *     relation, from)}
   * @param weight what the edge is worth, as the model's {@link PathSearch} says
   */
  public record Step(String from, String relation, boolean inverse, String to, float weight) {}
}
