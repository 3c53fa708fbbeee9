package org.espalier.kgat.refresh;

import it.unimi.dsi.fastutil.ints.IntArrayList;
import java.util.BitSet;

/** Which nodes' vectors are to be handed to the sink, and which never: those that were removed. */
final class ChangedVectors {

  private final VectorSink sink;
  private final LayerStates states;
  private final float[] vector;
  private final BitSet marked = new BitSet();
  private final IntArrayList order = new IntArrayList(); // of the marked nodes
  private BitSet removed = new BitSet();

  ChangedVectors(VectorSink sink, LayerStates states, int finalSize) {
    this.sink = sink;
    this.states = states;
    vector = new float[finalSize];
  }

  void mark(int node) {
    if (!marked.get(node)) {
      marked.set(node);
      order.add(node);
    }
  }

  /** Nothing of this node is published until it {@linkplain #cameBack comes back}. */
  void remove(int node) {
    removed.set(node);
  }

  void cameBack(int node) {
    removed.clear(node);
  }

  /** Hands the vectors of marked nodes to the sink; returns how many. */
  int publish(NodeNumbers numbers) {
    int count = 0;
    for (int i = 0; i < order.size(); i++) {
      int node = order.getInt(i);
      marked.clear(node);
      count += publishOne(node, numbers) ? 1 : 0;
    }
    order.clear();
    return count;
  }

  /** Hands a node's vector to the sink, unless it was removed. */
  boolean publishOne(int node, NodeNumbers numbers) {
    if (removed.get(node)) {
      return false;
    }
    publish(node, numbers.users());
    return true;
  }

  private void publish(int node, int users) {
    boolean user = node < users;
    states.readOut(node, user, vector);
    if (user) {
      sink.user(node, vector);
    } else {
      sink.entity(node - users, vector);
    }
  }

  void moved(NodeNumbers before, NodeNumbers larger) {
    removed = before.moved(removed, larger);
    BitSet movedMarks = before.moved(marked, larger);
    marked.clear();
    order.clear();
    movedMarks.stream().forEach(this::mark);
  }
}
