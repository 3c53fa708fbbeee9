package org.espalier.kgat.explain;

import java.util.List;

/**
 * A path through the graph.
 *
 * @param hops its edges in order; each begins where the one before ended
 * @param weight the product of the hops' weights, in (0, 1]
 */
public record AttentionPath(List<Hop> hops, double weight) {

  /** Copies the hops. */
  public AttentionPath {
    hops = List.copyOf(hops);
  }

  /**
   * One edge.
   *
   * @param relation an inverse counts from the graph's number of relations
   * @param weight the share of the head's attention that the edge has
   */
  public record Hop(int head, int relation, int tail, float weight) {}
}
