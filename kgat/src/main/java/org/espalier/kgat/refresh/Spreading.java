package org.espalier.kgat.refresh;

import java.util.Arrays;
import org.espalier.kgat.graph.LiveCkg;
import org.espalier.kgat.graph.Row;

/**
 * How a change spreads. A row of layer l that moves by δ changes its node's input at layer l + 1 by δ, and
 * that of each neighbour by δ times the weight that the node has there; these changes add up to the
 * residuals of a {@link ResidualQueue}. A row tells its neighbours only once it has moved far enough to
 * be worth the walk along the node's edges; until then the move is kept here. One thread at a time.
 */
final class Spreading {

  private static final float UNSENT_SHARE = 0.25f; // of ε: less is not sent on yet

  private final LiveCkg graph;
  private final EdgeWeigher weigher;
  private final int depth;
  private final boolean usesSelf;
  private final float epsilon;
  private ResidualQueue residuals;
  private final float[][] unsent; // [layer] (nodes): how far a row moved, unknown to its neighbours
  private final Row row = new Row();
  private final Row neighbourRow = new Row();

  /**
   * @param usesSelf whether a layer's row depends on the node's own row below
   */
  Spreading(
      LiveCkg graph, EdgeWeigher weigher, int nodes, int depth, boolean usesSelf, float epsilon) {
    this.graph = graph;
    this.weigher = weigher;
    this.depth = depth;
    this.usesSelf = usesSelf;
    this.epsilon = epsilon;
    residuals = new ResidualQueue(depth, nodes, epsilon);
    unsent = new float[depth + 1][nodes];
  }

  /** The residuals; another object after {@link #moved}. */
  ResidualQueue residuals() {
    return residuals;
  }

  /** Nothing is stale. */
  void clear() {
    residuals.clear();
    for (float[] layer : unsent) {
      Arrays.fill(layer, 0);
    }
  }

  /**
   * The edges of a node have changed.
   *
   * @param weightMoved the sum over its edges of how much their weights changed
   * @param incoming by how much the weights of all edges that end in it changed, as a share
   */
  void rowChanged(int node, Row edges, float weightMoved, float incoming) {
    for (int layer = 1; layer <= depth; layer++) {
      residuals.add(layer, node, weightMoved);
      if (incoming > 0) {
        sendToNeighbours(layer, node, edges, incoming);
      }
    }
  }

  /** The base row of a node has moved by a share of a typical row's length. */
  void baseMoved(int node, Row edges, float share) {
    if (depth > 0) {
      residuals.add(1, node, share);
      sendToNeighbours(1, node, edges, share);
    }
  }

  /** A node's row of a layer has moved by a share of a typical row's length. */
  void layerMoved(int layer, int node, float share) {
    if (layer == depth) {
      return;
    }
    float sum = unsent[layer][node] + share;
    if (sum < epsilon * UNSENT_SHARE) {
      unsent[layer][node] = sum;
      return;
    }
    unsent[layer][node] = 0;
    if (usesSelf) {
      residuals.add(layer + 1, node, sum);
    }
    graph.row(node, row);
    sendToNeighbours(layer + 1, node, row, sum);
  }

  private void sendToNeighbours(int layer, int node, Row edges, float distance) {
    for (int e = edges.begin(); e < edges.end(); e++) {
      float weight = weigher.inverseWeight(node, edges, e, neighbourRow);
      residuals.add(layer, edges.tail(e), weight * distance);
    }
  }

  /** How stale the rows are now. */
  Staleness staleness() {
    float largest = residuals.largest();
    for (float[] layer : unsent) {
      for (float distance : layer) {
        largest = Math.max(largest, distance);
      }
    }
    return new Staleness(largest, residuals.mean(), residuals.due());
  }

  /** The graph's nodes have other numbers from now on. */
  void moved(NodeNumbers before, NodeNumbers larger) {
    residuals = residuals.moved(before, larger);
    for (int l = 0; l < unsent.length; l++) {
      unsent[l] = before.moved(unsent[l], 1, larger);
    }
  }
}
