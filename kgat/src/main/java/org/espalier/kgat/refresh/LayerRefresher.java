package org.espalier.kgat.refresh;

import java.time.Duration;
import java.util.concurrent.Executor;
import org.espalier.kgat.explain.AttentionPaths;
import org.espalier.kgat.explain.PathSearch;
import org.espalier.kgat.graph.Ckg;
import org.espalier.kgat.graph.EdgeChanges;
import org.espalier.kgat.graph.LiveCkg;
import org.espalier.kgat.graph.Row;
import org.espalier.kgat.graph.WeightedGraph;
import org.espalier.kgat.model.Propagator;
import org.espalier.learning.kernel.Workers;

/**
 * Keeps every layer of a trained propagator true to a graph that changes.
 *
 * <p>A changed row changes its node's input at every layer, and what that moves changes the inputs of
 * others ({@link Spreading}). These changes add up to residuals ({@link Staleness}); {@link #refresh}
 * recomputes rows in their order, largest first, until none reaches ε or the time is over. Rows are recomputed from all
 * their neighbours, so nothing drifts: with ε = 0 and time enough the result is what a full propagation
 * gives. What the budget leaves is carried over, and an eighth of each budget goes to rows in turn
 * whatever their residuals, so that none starves in a stream of larger ones.
 *
 * <p>A residual is about a row's input, by the triangle inequality and in units of a typical row; what a
 * layer makes of its input may be longer or shorter.
 *
 * <p>A new node with nothing but edges gets vectors at once (see {@link BaseRows}). Nothing is stored:
 * after a restart {@link #start} propagates in full, which cannot be out of step with the graph.
 *
 * <p>Calls take turns; the graph may be read by others as {@link LiveCkg} says.
 */
public final class LayerRefresher implements Refresher {

  private static final int HOPS_MIN = 3; // user – item – entity – item
  private static final int HOPS_MAX = 4;
  private static final int BATCH = 512; // rows between two looks at the clock
  private static final int SWEEP_SHARE = 8; // of a budget
  private static final double FULL_SHARE = 0.5; // of all rows due: then all are computed

  private final Propagator model;
  private final VectorSink sink;
  private final Workers workers;
  private final int depth;
  private final LiveCkg graph;
  private final BaseRows base;
  private final EdgeWeigher weigher;
  private final LayerStates states;
  private final ChangedVectors vectors;
  private NodeNumbers numbers;
  private final Spreading spreading;
  private final int[] batch = new int[BATCH];
  private final int[] batchSize = new int[1];
  private final float[] moved = new float[BATCH];
  private final Row row = new Row();
  private long fullNs; // what the last full propagation took

  private LayerRefresher(
      Propagator model,
      Ckg from,
      RefreshSettings settings,
      Workers workers,
      Executor background,
      VectorSink sink) {
    this.model = model;
    this.sink = sink;
    this.workers = workers;
    depth = model.shape().depth();
    WeighedGraph start = WeighedGraph.of(model, from, workers, background);
    graph = start.graph();
    base = start.base();
    weigher = start.weigher();
    numbers = start.numbers();
    for (int node = 0; node < numbers.count(); node++) {
      graph.row(node, row);
      base.rowChanged(node, row);
    }
    states = new LayerStates(model, graph, weigher, base, workers);
    vectors = new ChangedVectors(sink, states, model.shape().finalSize());
    boolean usesSelf = model.shape().aggregator().usesSelf();
    spreading = new Spreading(graph, weigher, numbers.count(), depth, usesSelf, settings.epsilon());
  }

  /**
   * Propagates a graph in full, hands all vectors to the sink, and is then ready for changes.
   *
   * @param graph with users, entities and relations numbered as in the propagator's training, and any
   *     number of further ones; triples weigh {@link Propagator#tripleWeight}
   * @param background merges the graph's changes; {@code Runnable::run} does it in the caller's thread
   */
  public static LayerRefresher start(
      Propagator model, Ckg graph, RefreshSettings settings, Executor background, VectorSink sink) {
    Ckg withAllKnown =
        graph.resized(
            Math.max(graph.userCount(), model.userCount()),
            Math.max(graph.entityCount(), model.entityCount()),
            graph.relationCount());
    Workers workers = new Workers(settings.threads());
    try {
      LayerRefresher refresher =
          new LayerRefresher(model, withAllKnown, settings, workers, background, sink);
      refresher.propagateAll();
      refresher.states.measure(refresher.numbers.count());
      return refresher;
    } catch (RuntimeException | Error e) {
      workers.close();
      throw e;
    }
  }

  @Override
  public LiveCkg graph() {
    return graph;
  }

  @Override
  public synchronized void apply(EdgeChanges changes) {
    changes.forEachRemoved(
        new EdgeChanges.Removals() {
          @Override
          public void user(int user) {
            if (user < numbers.users()) {
              forget(user);
              sink.removedUser(user);
            }
          }

          @Override
          public void entity(int entity) {
            if (entity < numbers.entities()) {
              forget(numbers.users() + entity);
              sink.removedEntity(entity);
            }
          }
        });
    graph.apply(changes.withTripleWeight(model.tripleWeight()), new Noting());
  }

  /** Takes in what the graph tells about changed rows. */
  private final class Noting implements LiveCkg.RowListener {

    @Override
    public void resized(int usersBefore, int entitiesBefore) {
      NodeNumbers before = new NodeNumbers(usersBefore, entitiesBefore);
      NodeNumbers larger = WeighedGraph.numbersOf(graph);
      base.moved(before, larger);
      weigher.moved(before, larger);
      states.moved(before, larger);
      spreading.moved(before, larger);
      vectors.moved(before, larger);
      numbers = larger;
    }

    @Override
    public void changed(int node, Row changedRow, float changedWeight) {
      float weightMoved = weigher.rowChanged(node, changedRow, changedWeight);
      spreading.rowChanged(node, changedRow, weightMoved, weigher.changeOfIncoming(node));
      if (changedRow.size() > 0) {
        vectors.cameBack(node); // it is back
      }
      vectors.mark(node);
      baseMoved(node, changedRow, base.rowChanged(node, changedRow));
    }
  }

  private void forget(int node) {
    graph.row(node, row);
    baseMoved(node, row, base.forget(node));
    vectors.remove(node);
  }

  private void baseMoved(int node, Row edges, float distance) {
    if (distance > 0) {
      spreading.baseMoved(node, edges, distance / states.norm(0));
    }
  }

  @Override
  public synchronized RefreshReport propagateAll() {
    return propagateAll(0, System.nanoTime());
  }

  /**
   * @param computed rows that were computed before it was clear that all have to be
   */
  private RefreshReport propagateAll(long computed, long startNs) {
    long fromNs = System.nanoTime();
    states.computeAll(numbers.count());
    fullNs = System.nanoTime() - fromNs;
    spreading.clear();
    for (int user = 0; user < graph.userCount(); user++) {
      vectors.mark(user);
    }
    for (int entity = 0; entity < graph.entityCount(); entity++) {
      vectors.mark(numbers.users() + entity);
    }
    return report(computed + (long) numbers.count() * depth, true, startNs);
  }

  /**
   * Recomputes rows, the stalest first, then hands the vectors that changed to the sink. As soon as most
   * rows are due, all are computed, in one go, if the budget has time for it. A batch of rows that is
   * begun is ended.
   */
  @Override
  public synchronized RefreshReport refresh(Duration budget) {
    long startNs = System.nanoTime();
    long budgetNs = budget.toNanos();
    ResidualQueue residuals = spreading.residuals();
    long computed = 0;
    while (residuals.due() > 0 && System.nanoTime() - startNs < budgetNs - budgetNs / SWEEP_SHARE) {
      boolean most = residuals.due() > FULL_SHARE * depth * numbers.count();
      if (most && System.nanoTime() - startNs + fullNs < budgetNs) {
        return propagateAll(computed, startNs);
      }
      int bucket = residuals.largestBucket();
      for (int layer = 1; layer <= depth; layer++) {
        int count = residuals.take(layer, bucket, batch, BATCH);
        recompute(layer, count);
        computed += count;
      }
    }
    while (residuals.due() > 0 && System.nanoTime() - startNs < budgetNs) {
      int layer = residuals.sweep(batch, BATCH, batchSize);
      recompute(layer, batchSize[0]);
      computed += batchSize[0];
    }
    return report(computed, false, startNs);
  }

  private RefreshReport report(long computed, boolean full, long startNs) {
    Duration computing = Duration.ofNanos(System.nanoTime() - startNs);
    int published = vectors.publish(numbers);
    Duration took = Duration.ofNanos(System.nanoTime() - startNs);
    return new RefreshReport(
        computed, published, full, spreading.residuals().due(), computing, took);
  }

  private void recompute(int layer, int count) {
    states.compute(layer, batch, count, moved);
    for (int i = 0; i < count; i++) {
      int node = batch[i];
      if (moved[i] > 0) {
        vectors.mark(node);
        spreading.layerMoved(layer, node, moved[i]);
      }
    }
  }

  @Override
  public synchronized void publishEntity(int entity) {
    if (entity < graph.entityCount()) {
      vectors.publishOne(numbers.users() + entity, numbers);
    }
  }

  @Override
  public synchronized Staleness staleness() {
    return spreading.staleness();
  }

  /** Paths of attention, or of whatever weighs the edges: a hop's weight is its edge's share of its head. */
  @Override
  public PathSearch paths() {
    AttentionPaths attention = new AttentionPaths(weighted());
    int hops = Math.clamp(depth, HOPS_MIN, HOPS_MAX);
    return (user, item, limit) -> attention.strongest(user, item, hops, limit);
  }

  /** The graph with the weights that its edges have now; for any thread. */
  public WeightedGraph weighted() {
    return new LiveWeights(graph, weigher);
  }

  @Override
  public synchronized void close() {
    workers.close();
  }
}
