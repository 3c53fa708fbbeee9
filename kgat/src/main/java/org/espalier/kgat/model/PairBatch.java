package org.espalier.kgat.model;

/**
 * Users with a seen and an unseen item each, all as nodes, and the distinct nodes among them in the
 * order of their first appearance. Reused from batch to batch.
 */
public final class PairBatch {

  private final int[] places; // (3 a sample): user, seen, unseen, as positions in nodes
  private final int[] nodes;
  private final int[] positionOf; // of a node, valid where nodes[positionOf[node]] == node
  private int size;
  private int nodeCount;

  /**
   * @param graphNodes nodes of the graph
   * @param capacity samples at most
   */
  public PairBatch(int graphNodes, int capacity) {
    places = new int[Math.multiplyExact(3, capacity)];
    nodes = new int[Math.min(graphNodes, places.length)];
    positionOf = new int[graphNodes];
  }

  /** Forgets all samples. */
  public void clear() {
    size = 0;
    nodeCount = 0;
  }

  /** Adds a sample. */
  public void add(int user, int seen, int unseen) {
    places[3 * size] = position(user);
    places[3 * size + 1] = position(seen);
    places[3 * size + 2] = position(unseen);
    size++;
  }

  private int position(int node) {
    int position = positionOf[node];
    if (position >= nodeCount || nodes[position] != node) {
      position = nodeCount++;
      nodes[position] = node;
      positionOf[node] = position;
    }
    return position;
  }

  /** The number of samples. */
  public int size() {
    return size;
  }

  int[] nodes() {
    return nodes;
  }

  int nodeCount() {
    return nodeCount;
  }

  int user(int sample) {
    return places[3 * sample];
  }

  int seen(int sample) {
    return places[3 * sample + 1];
  }

  int unseen(int sample) {
    return places[3 * sample + 2];
  }
}
