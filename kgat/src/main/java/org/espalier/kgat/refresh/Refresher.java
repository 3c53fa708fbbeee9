package org.espalier.kgat.refresh;

import java.time.Duration;
import java.util.concurrent.Executor;
import org.espalier.kgat.explain.PathSearch;
import org.espalier.kgat.graph.Ckg;
import org.espalier.kgat.graph.EdgeChanges;
import org.espalier.kgat.graph.LiveCkg;
import org.espalier.kgat.history.HistoryPropagator;
import org.espalier.kgat.model.Propagator;

/**
 * Keeps a model's vectors true to a graph that changes, and hands those that changed to a sink. Calls take
 * turns; the graph may be read by others as {@link LiveCkg} says.
 */
public sealed interface Refresher extends AutoCloseable permits LayerRefresher, HistoryRefresher {

  /** Starts one for layers over the graph: {@link LayerRefresher#start}. */
  static Refresher start(
      Propagator model, Ckg graph, RefreshSettings settings, Executor background, VectorSink sink) {
    return LayerRefresher.start(model, graph, settings, background, sink);
  }

  /** Starts one for propagation from histories: {@link HistoryRefresher#start}. */
  static Refresher start(
      HistoryPropagator model, Ckg graph, int threads, Executor background, VectorSink sink) {
    return HistoryRefresher.start(model, graph, threads, background, sink);
  }

  /** The graph; to be changed through {@link #apply} alone. */
  LiveCkg graph();

  /**
   * Changes the graph and notes what that makes stale.
   *
   * @param changes triples weigh 1 each; a model's own weight of triples is applied here
   */
  void apply(EdgeChanges changes);

  /**
   * Computes what is stale and hands the vectors that changed to the sink.
   *
   * @param budget after which the rest is left for the next call
   */
  RefreshReport refresh(Duration budget);

  /** Computes everything and hands all vectors of nodes that have been seen to the sink. */
  RefreshReport propagateAll();

  /** Hands an entity's vector to the sink now, though nothing of it changed, if there is one. */
  void publishEntity(int entity);

  /** How stale the vectors are now. */
  Staleness staleness();

  /** Finds paths in the graph that say why the model likes an item; for any thread. */
  PathSearch paths();

  /** Stops the threads; the graph stays readable. */
  @Override
  void close();
}
