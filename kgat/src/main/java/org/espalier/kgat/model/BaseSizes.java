package org.espalier.kgat.model;

import java.util.Arrays;
import org.espalier.kgat.graph.Ckg;

/**
 * How many values each node's base row stores: the first ones; the rest of the row is zero. All sizes
 * share one space (the design's {@code nested} projection: the first columns of the identity), so a
 * propagation reads a row of any size like a full one, and no projection is stored.
 *
 * @param dim values of a full row
 * @param sizes (nodes), each in [0, dim]
 */
@SuppressWarnings("ArrayRecordComponent") // of one model; never compared
public record BaseSizes(int dim, int[] sizes) {

  /**
   * @throws IllegalArgumentException naming the first node whose size is out of its range
   */
  public BaseSizes {
    for (int node = 0; node < sizes.length; node++) {
      if (sizes[node] < 0 || sizes[node] > dim) {
        throw new IllegalArgumentException(
            "size %d of node %d is not in 0 … %d".formatted(sizes[node], node, dim));
      }
    }
  }

  /** Rows of full size. */
  public static BaseSizes full(int nodes, int dim) {
    int[] sizes = new int[nodes];
    Arrays.fill(sizes, dim);
    return new BaseSizes(dim, sizes);
  }

  /**
   * One size for all.
   *
   * @param keep the share of all full rows' values that may be stored, in (0, 1]
   * @throws IllegalArgumentException when that is less than one value a node
   */
  public static BaseSizes uniform(Ckg graph, int dim, double keep) {
    requireShare(keep);
    int size = (int) Math.floor(keep * dim);
    if (size < 1) {
      throw new IllegalArgumentException(
          "keep=%s of rows of %d values leaves less than one a node".formatted(keep, dim));
    }
    int[] sizes = new int[graph.nodeCount()];
    Arrays.fill(sizes, size);
    return new BaseSizes(dim, sizes);
  }

  /**
   * Sizes that grow with the root of a node's degree (mixed dimensions; Ginart et al., ISIT 2021), in
   * powers of two: what many edges train can tell more than what one does.
   *
   * @param keep the share of all full rows' values that may be stored, in (0, 1]
   */
  public static BaseSizes byDegree(Ckg graph, int dim, double keep) {
    requireShare(keep);
    if (keep == 1) {
      return full(graph.nodeCount(), dim);
    }
    long budget = (long) Math.floor(keep * graph.nodeCount() * dim);
    double low = -30; // of the logarithm of a size's degree: all rows are full, or nearly
    double high = 30;
    for (int i = 0; i < 50; i++) {
      double middle = (low + high) / 2;
      if (rooted(graph, dim, Math.exp(middle)).total() <= budget) {
        high = middle;
      } else {
        low = middle;
      }
    }
    return rooted(graph, dim, Math.exp(high));
  }

  private static void requireShare(double keep) {
    if (!(keep > 0 && keep <= 1)) {
      throw new IllegalArgumentException("keep=%s is not in (0, 1]".formatted(keep));
    }
  }

  private static BaseSizes rooted(Ckg graph, int dim, double degreeOfFull) {
    int[] sizes = new int[graph.nodeCount()];
    for (int node = 0; node < sizes.length; node++) {
      double wanted = dim * Math.sqrt((graph.end(node) - graph.begin(node)) / degreeOfFull);
      sizes[node] = wanted >= dim ? dim : Integer.highestOneBit((int) wanted);
    }
    return new BaseSizes(dim, sizes);
  }

  /** The number of nodes. */
  public int nodes() {
    return sizes.length;
  }

  /** Values that are stored. */
  public long total() {
    return Arrays.stream(sizes).asLongStream().sum();
  }

  /** Sets to zero what a node does not store. */
  void cut(float[] rows, int node) {
    Arrays.fill(rows, node * dim + sizes[node], (node + 1) * dim, 0);
  }
}
