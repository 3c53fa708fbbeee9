package org.espalier.kgat.explain;

import java.util.List;

/**
 * A path through the graph.
 *
 * @param hops its edges in order; each begins where the one before ended
 * @param weight the product of the hops' weights, above 0
 */
public record GraphPath(List<Hop> hops, double weight) {

  /** Copies the hops. */
  public GraphPath {
    hops = List.copyOf(hops);
  }

  /**
   * One edge.
   *
   * @param relation an inverse counts from the graph's number of relations
   * @param weight what it is worth, as the {@link PathSearch} says that found it
   */
  public record Hop(int head, int relation, int tail, float weight) {}
}
