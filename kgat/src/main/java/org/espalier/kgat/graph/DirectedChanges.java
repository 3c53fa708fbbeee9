package org.espalier.kgat.graph;

import it.unimi.dsi.fastutil.floats.FloatArrayList;
import it.unimi.dsi.fastutil.ints.Int2IntOpenHashMap;
import it.unimi.dsi.fastutil.ints.IntArrayList;
import it.unimi.dsi.fastutil.ints.IntArrays;

/**
 * Changes as what they mean for rows: each edge once from either end, sorted by node, relation, tail
 * and order of happening. A node's removal stands before all that happened to the node afterwards, and
 * in place of all that happened before.
 */
final class DirectedChanges {

  private final IntArrayList nodes = new IntArrayList();
  private final IntArrayList relations = new IntArrayList();
  private final IntArrayList tails = new IntArrayList();
  private final FloatArrayList weights = new FloatArrayList();
  private final IntArrayList additive = new IntArrayList(); // 1: adds to the weight; 0: replaces it
  private int[] order = new int[0];

  private DirectedChanges() {}

  /**
   * Works changes out.
   *
   * @param graph has room for every id of the changes but those that are only removed
   */
  static DirectedChanges of(EdgeChanges changes, LiveCkg graph) {
    DirectedChanges result = new DirectedChanges();
    Int2IntOpenHashMap removedAt = new Int2IntOpenHashMap();
    removedAt.defaultReturnValue(-1);
    for (int i = 0; i < changes.size(); i++) {
      int node = graph.nodeOfRemoved(changes, i);
      if (node >= 0) {
        removedAt.put(node, i);
      }
    }
    Row row = new Row();
    for (int node : removedAt.keySet().toIntArray()) {
      graph.row(node, row);
      for (int e = row.begin(); e < row.end(); e++) {
        result.add(node, row.relation(e), row.tail(e), 0, 0);
        result.add(row.tail(e), graph.inverse(row.relation(e)), node, 0, 0);
      }
    }
    for (int i = 0; i < changes.size(); i++) {
      byte kind = changes.kinds.getByte(i);
      if (kind == EdgeChanges.SET || kind == EdgeChanges.ADD) {
        int relation = changes.relations.getInt(i);
        float weight = changes.weights.getFloat(i);
        int head = graph.nodeOfHead(relation, changes.heads.getInt(i));
        int tail = graph.nodeOfTail(changes.tails.getInt(i));
        boolean unknown = head < 0 || tail < 0; // an edge of theirs to remove does not exist
        if (!unknown && i > removedAt.get(head) && i > removedAt.get(tail)) {
          int adds = kind == EdgeChanges.ADD ? 1 : 0;
          result.add(head, relation, tail, weight, adds);
          result.add(tail, graph.inverse(relation), head, weight, adds);
        }
      }
    }
    result.sort();
    return result;
  }

  private void add(int node, int relation, int tail, float weight, int adds) {
    nodes.add(node);
    relations.add(relation);
    tails.add(tail);
    weights.add(weight);
    additive.add(adds);
  }

  private void sort() {
    order = new int[nodes.size()];
    for (int i = 0; i < order.length; i++) {
      order[i] = i;
    }
    IntArrays.mergeSort(order, this::compare); // stable: what happened later stays behind
  }

  private int compare(int a, int b) {
    int byNode = Integer.compare(nodes.getInt(a), nodes.getInt(b));
    if (byNode != 0) {
      return byNode;
    }
    int byRelation = Integer.compare(relations.getInt(a), relations.getInt(b));
    return byRelation != 0 ? byRelation : Integer.compare(tails.getInt(a), tails.getInt(b));
  }

  int size() {
    return order.length;
  }

  int node(int at) {
    return nodes.getInt(order[at]);
  }

  int relation(int at) {
    return relations.getInt(order[at]);
  }

  int tail(int at) {
    return tails.getInt(order[at]);
  }

  /** Whether a change is about the same edge as another. */
  boolean sameEdge(int at, int other) {
    return compare(order[at], order[other]) == 0;
  }

  /** The weight that an edge has after a change. */
  float after(int at, float before) {
    float weight = weights.getFloat(order[at]);
    return additive.getInt(order[at]) == 1 ? Math.min(before + weight, Float.MAX_VALUE) : weight;
  }
}
