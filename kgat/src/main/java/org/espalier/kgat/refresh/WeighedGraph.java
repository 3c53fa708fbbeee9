package org.espalier.kgat.refresh;

import java.util.concurrent.Executor;
import org.espalier.kgat.graph.Ckg;
import org.espalier.kgat.graph.LiveCkg;
import org.espalier.kgat.model.EdgeWeighting;
import org.espalier.kgat.model.Propagator;
import org.espalier.learning.kernel.Workers;

/** A live graph with what a propagator knows of its nodes and thinks of its edges. */
record WeighedGraph(LiveCkg graph, BaseRows base, EdgeWeigher weigher) {

  /**
   * Weighs a graph that has all nodes which the model knows.
   *
   * @param background merges the live graph's changes
   */
  static WeighedGraph of(Propagator model, Ckg start, Workers workers, Executor background) {
    if (model.weighting() != EdgeWeighting.ATTENTION) {
      LiveCkg graph = LiveCkg.of(start, background);
      boolean symmetric = model.weighting() == EdgeWeighting.SYMMETRIC;
      return new WeighedGraph(
          graph,
          new BaseRows(model, numbersOf(graph)),
          new DegreeWeigher(graph, symmetric, model.smoothing()));
    }
    float[] logSums = new float[start.nodeCount()];
    float[] rows = model.baseRows(start.userCount(), start.entityCount());
    LiveCkg graph = LiveCkg.of(start, model.edgeWeights(start, rows, workers, logSums), background);
    NodeNumbers numbers = numbersOf(graph);
    BaseRows base = new BaseRows(model, numbers);
    NodeNumbers tight = new NodeNumbers(start.userCount(), start.entityCount());
    return new WeighedGraph(
        graph,
        base,
        new AttentionWeigher(
            graph, model.transR().orElseThrow(), base, tight.moved(logSums, 1, numbers)));
  }

  NodeNumbers numbers() {
    return numbersOf(graph);
  }

  /** The numbers of a graph's nodes as they are now. */
  static NodeNumbers numbersOf(LiveCkg graph) {
    return new NodeNumbers(graph.userRoom(), graph.entityRoom());
  }
}
