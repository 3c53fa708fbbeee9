package org.espalier.kgat.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.espalier.kgat.graph.Ckg;
import org.espalier.learning.kernel.Workers;

/**
 * A propagator as training leaves it: everything that the vectors depend on beside the graph. It
 * propagates the graph of its training and every later one, in which nodes and relations may have been
 * added behind those that it knows. Immutable.
 */
public final class Propagator {

  private final PropagationSpec shape;
  private final EdgeWeighting weighting;
  private final float smoothing;
  private final float tripleWeight;
  private final int userCount;
  private final float[] base;
  private final List<LayerWeights> layers;
  private final Optional<TransR> transR;

  /** Takes the arrays over. */
  Propagator(
      PropagationSpec shape,
      EdgeWeighting weighting,
      float smoothing,
      float tripleWeight,
      int userCount,
      float[] base,
      List<LayerWeights> layers,
      Optional<TransR> transR) {
    if (transR.isPresent() != (weighting == EdgeWeighting.ATTENTION)) {
      throw new IllegalArgumentException("attention, and only attention, needs relations");
    }
    if (base.length % shape.dim() != 0 || base.length / shape.dim() < userCount) {
      throw new IllegalArgumentException(
          "%d base values are not rows of %d for %d users and some entities"
              .formatted(base.length, shape.dim(), userCount));
    }
    this.shape = shape;
    this.weighting = weighting;
    this.smoothing = smoothing;
    this.tripleWeight = tripleWeight;
    this.userCount = userCount;
    this.base = base;
    this.layers = List.copyOf(layers);
    this.transR = transR;
  }

  /** Random weights, as a training starts; for benchmarks and tests. */
  public static Propagator untrained(
      Ckg graph, PropagationSpec shape, EdgeWeighting weighting, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int dim = shape.dim();
    float[] base = new float[Math.multiplyExact(graph.nodeCount(), dim)];
    Initial.xavier(base, 0, graph.nodeCount(), dim, random);
    List<LayerWeights> layers = new ArrayList<>();
    for (int l = 1; l <= shape.depth(); l++) {
      layers.add(LayerWeights.random(shape.aggregator(), shape.size(l - 1), shape.size(l), random));
    }
    Optional<TransR> transR =
        weighting == EdgeWeighting.ATTENTION
            ? Optional.of(TransR.random(graph.relationCount(), dim, dim, random))
            : Optional.empty();
    return new Propagator(shape, weighting, 0, 1, graph.userCount(), base, layers, transR);
  }

  public PropagationSpec shape() {
    return shape;
  }

  public EdgeWeighting weighting() {
    return weighting;
  }

  /** Added to every degree when edges are weighed by degrees. */
  public float smoothing() {
    return smoothing;
  }

  /** What a triple weighs in the graph where an interaction weighs 1; 0: triples are left out. */
  public float tripleWeight() {
    return tripleWeight;
  }

  /** Users with a base row: ids below this. A row of zeros is as none. */
  public int userCount() {
    return userCount;
  }

  /** Entities with a base row: ids below this. */
  public int entityCount() {
    return base.length / shape.dim() - userCount;
  }

  /** Relations and projections of attention; only attention has them. */
  public Optional<TransR> transR() {
    return transR;
  }

  /**
   * Whether a node without a base row takes the mean of its neighbours' for one. Where base rows are
   * trained they say what a node is like, and neighbours are alike; random ones say nothing.
   */
  public boolean inductive() {
    return shape.readout() != PropagationSpec.Readout.MEETING;
  }

  /**
   * The base rows in the numbering of a graph: (userRoom + entityRoom, dim), zero for nodes that this
   * propagator does not know.
   */
  public float[] baseRows(int userRoom, int entityRoom) {
    int dim = shape.dim();
    float[] rows = new float[Math.multiplyExact(Math.addExact(userRoom, entityRoom), dim)];
    System.arraycopy(base, 0, rows, 0, Math.min(userCount, userRoom) * dim);
    System.arraycopy(
        base, userCount * dim, rows, userRoom * dim, Math.min(entityCount(), entityRoom) * dim);
    return rows;
  }

  /**
   * The weights of a graph's edges.
   *
   * @param logSums as in {@link Attention}; filled for attention only
   */
  public float[] edgeWeights(Ckg graph, float[] baseRows, Workers workers, float[] logSums) {
    return switch (weighting) {
      case ATTENTION -> {
        TransR all = transR.orElseThrow();
        int relations = Math.max(all.relations(), graph.relationCount());
        float[] weights = new float[graph.edgeCount()];
        new Attention(graph)
            .compute(all.withRelations(relations), baseRows, workers, weights, logSums);
        yield weights;
      }
      case SYMMETRIC -> FixedWeights.symmetric(graph, smoothing);
      case MEAN -> FixedWeights.mean(graph);
    };
  }

  /** Propagates through a graph; nodes that are not known start from zero. */
  public Propagation propagate(Ckg graph, Workers workers) {
    float[] rows = baseRows(graph.userCount(), graph.entityCount());
    float[] weights = edgeWeights(graph, rows, workers, TrainingPass.NOTHING);
    return Propagation.of(graph, shape, rows, layers, weights, workers);
  }

  /**
   * The same propagator for a graph in which nodes have other ids: what was known as user r is {@code
   * users[r]}, and likewise entities. Ids between them belong to nodes that it does not know, whose
   * rows are zero.
   *
   * @param users (userCount), each id once
   * @param entities (entityCount), each id once
   */
  public Propagator renumbered(int[] users, int[] entities) {
    if (users.length != userCount || entities.length != entityCount()) {
      throw new IllegalArgumentException(
          "%d and %d ids for %d users and %d entities"
              .formatted(users.length, entities.length, userCount, entityCount()));
    }
    int dim = shape.dim();
    int userRoom = Arrays.stream(users).max().orElse(-1) + 1;
    int entityRoom = Arrays.stream(entities).max().orElse(-1) + 1;
    float[] rows = new float[Math.multiplyExact(Math.addExact(userRoom, entityRoom), dim)];
    for (int r = 0; r < users.length; r++) {
      System.arraycopy(base, r * dim, rows, users[r] * dim, dim);
    }
    for (int r = 0; r < entities.length; r++) {
      System.arraycopy(base, (userCount + r) * dim, rows, (userRoom + entities[r]) * dim, dim);
    }
    return new Propagator(
        shape, weighting, smoothing, tripleWeight, userRoom, rows, layers, transR);
  }

  /** The base rows of the users, (userCount, dim); a copy. */
  public float[] userRows() {
    return Arrays.copyOf(base, userCount * shape.dim());
  }

  /**
   * The same propagator with other users.
   *
   * @param rows (any, dim), their base rows
   */
  public Propagator withUsers(float[] rows) {
    int entities = entityCount() * shape.dim();
    float[] all = Arrays.copyOf(rows, Math.addExact(rows.length, entities));
    System.arraycopy(base, userCount * shape.dim(), all, rows.length, entities);
    return new Propagator(
        shape, weighting, smoothing, tripleWeight, rows.length / shape.dim(), all, layers, transR);
  }

  /** What computes rows of the layers over some neighbourhoods, for one thread. */
  public LayerRows layerRows(Gather gather) {
    return new LayerRows(shape, layers, gather);
  }

  /**
   * Writes a node's final vector.
   *
   * @param states (nodeCount, size of the layer) each, the base first
   */
  public void readOut(float[][] states, int node, boolean user, float[] target, int at) {
    Readout.forward(shape, states, node, user, target, at);
  }

  /** All trained arrays, in a fixed order; shared, not to be changed. */
  List<float[]> arrays() {
    List<float[]> arrays = new ArrayList<>();
    arrays.add(base);
    layers.forEach(layer -> arrays.add(layer.values()));
    transR.ifPresent(t -> arrays.addAll(Arrays.asList(t.vectors(), t.projections())));
    return arrays;
  }
}
