package org.espalier.kgat.model;

import java.util.Arrays;

/** A set of nodes that is filled, put in ascending order and read; clearing costs what was added. */
final class NodeSet {

  private final long[] words; // a bit a node
  private final int[] nodes;
  private int size;

  NodeSet(int nodeCount) {
    words = new long[Math.ceilDiv(nodeCount, Long.SIZE)];
    nodes = new int[nodeCount];
  }

  void clear() {
    size = 0;
    Arrays.fill(words, 0);
  }

  void add(int node) {
    words[node >> 6] |= 1L << node;
  }

  /** Ends the filling: from now on {@link #get} gives the nodes in ascending order. */
  void order() {
    size = 0;
    for (int w = 0; w < words.length; w++) {
      for (long rest = words[w]; rest != 0; rest &= rest - 1) {
        nodes[size++] = w * Long.SIZE + Long.numberOfTrailingZeros(rest);
      }
    }
  }

  int size() {
    return size;
  }

  int get(int at) {
    return nodes[at];
  }
}
