package org.espalier.kgat.model;

import org.espalier.kgat.graph.Ckg;

/** Edge weights that follow from degrees alone. A degree counts parallel edges. */
final class FixedWeights {

  private FixedWeights() {}

  /**
   * {@code weight/√(degree of head · degree of tail)}, an edge each.
   *
   * @param smoothing added to every degree, so that nodes with next to no edges do not shout
   */
  static float[] symmetric(Ckg graph, double smoothing) {
    double[] degrees = degrees(graph);
    for (int node = 0; node < degrees.length; node++) {
      degrees[node] += smoothing;
    }
    float[] weights = new float[graph.edgeCount()];
    for (int head = 0; head < graph.nodeCount(); head++) {
      for (int e = graph.begin(head); e < graph.end(head); e++) {
        weights[e] = (float) (graph.weight(e) / Math.sqrt(degrees[head] * degrees[graph.tail(e)]));
      }
    }
    return weights;
  }

  /** {@code weight/degree of head}, an edge each. */
  static float[] mean(Ckg graph) {
    double[] degrees = degrees(graph);
    float[] weights = new float[graph.edgeCount()];
    for (int head = 0; head < graph.nodeCount(); head++) {
      for (int e = graph.begin(head); e < graph.end(head); e++) {
        weights[e] = (float) (graph.weight(e) / degrees[head]);
      }
    }
    return weights;
  }

  private static double[] degrees(Ckg graph) {
    double[] degrees = new double[graph.nodeCount()];
    for (int head = 0; head < graph.nodeCount(); head++) {
      for (int e = graph.begin(head); e < graph.end(head); e++) {
        degrees[head] += graph.weight(e);
      }
    }
    return degrees;
  }
}
