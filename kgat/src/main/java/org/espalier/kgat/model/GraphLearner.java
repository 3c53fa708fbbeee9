package org.espalier.kgat.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.espalier.kgat.graph.Ckg;
import org.espalier.learning.kernel.Workers;
import org.espalier.learning.train.Adam;

/**
 * A propagator in training: base rows, relations and layers, and the two steps that move them. The
 * caller decides on batches and epochs. One thread at a time.
 *
 * <p>As in KGAT's own training, edge weights are constants within a step: attention is brought up to
 * date by {@link #refreshWeights} and has no gradient of its own; TransR's loss is what trains it.
 */
public final class GraphLearner {

  private final Ckg graph;
  private final PropagationSpec spec;
  private final LearnerSettings settings;
  private final Workers workers;
  private final EdgeWeighting weighting;
  private final Attention attention;
  private final float[] edgeWeights;

  private final BaseSizes sizes;
  private final float[] base; // (nodes, dim), zero behind a node's size
  private final TransR transR;
  private final List<LayerWeights> layers = new ArrayList<>();

  private final NodeGradient dBase;
  private final TransR dTransR;
  private final List<LayerWeights> dLayers = new ArrayList<>();
  private final TrainingPass pass;
  private final TripleLoss tripleLoss;

  // KGAT's authors train the two losses with an optimiser each.
  private final Adam rankingBase;
  private final Adam tripleBase;
  private final List<Adam> layerOptimizers = new ArrayList<>();
  private final Adam vectorOptimizer;
  private final Adam projectionOptimizer;
  private final SplittableRandom dropoutSeeds;
  private double learningRate;

  /**
   * Starts with random weights and with edge weights that fit them; base rows are full.
   *
   * @param tripleBatch triples of a batch at most
   */
  public GraphLearner(
      Ckg graph,
      PropagationSpec spec,
      EdgeWeighting weighting,
      LearnerSettings settings,
      int tripleBatch,
      long seed,
      Workers workers) {
    this(graph, spec, BaseSizing.FULL, weighting, settings, tripleBatch, seed, workers);
  }

  /**
   * The same with base rows of several sizes.
   *
   * @param sizing how many values each node's row has
   */
  public GraphLearner(
      Ckg graph,
      PropagationSpec spec,
      BaseSizing sizing,
      EdgeWeighting weighting,
      LearnerSettings settings,
      int tripleBatch,
      long seed,
      Workers workers) {
    this.graph = graph;
    this.spec = spec;
    this.weighting = weighting;
    this.settings = settings;
    this.learningRate = settings.learningRate();
    this.workers = workers;
    SplittableRandom random = new SplittableRandom(seed);
    int nodes = graph.nodeCount();
    int dim = spec.dim();
    int relations = graph.relationCount();
    base = new float[Math.multiplyExact(nodes, dim)];
    Initial.xavier(base, 0, nodes, dim, random);
    sizes = sizing.of(graph, dim);
    if (sizes.dim() != dim || sizes.nodes() != nodes) {
      throw new IllegalArgumentException(
          "sizes of %d nodes up to %d, for %d nodes of %d values"
              .formatted(sizes.nodes(), sizes.dim(), nodes, dim));
    }
    for (int node = 0; node < nodes; node++) {
      sizes.cut(base, node);
    }
    transR = TransR.random(relations, dim, settings.relationSize(), random);
    dTransR = TransR.zeros(relations, dim, settings.relationSize());
    dBase = new NodeGradient(nodes, dim);
    for (int l = 1; l <= spec.depth(); l++) {
      LayerWeights weights =
          LayerWeights.random(spec.aggregator(), spec.size(l - 1), spec.size(l), random);
      layers.add(weights);
      dLayers.add(LayerWeights.zeros(spec.aggregator(), spec.size(l - 1), spec.size(l)));
      layerOptimizers.add(new Adam(1, weights.values().length));
    }
    pass = new TrainingPass(graph, spec, base, workers);
    tripleLoss = new TripleLoss(relations, dim, settings.relationSize(), tripleBatch, workers);
    rankingBase = new Adam(nodes, dim);
    tripleBase = new Adam(nodes, dim);
    vectorOptimizer = new Adam(relations, settings.relationSize());
    projectionOptimizer = new Adam(relations, dim * settings.relationSize());
    dropoutSeeds = random.split();
    attention = new Attention(graph);
    edgeWeights =
        switch (weighting) {
          case ATTENTION -> new float[graph.edgeCount()];
          case SYMMETRIC -> FixedWeights.symmetric(graph, 0);
          case MEAN -> FixedWeights.mean(graph);
        };
    refreshWeights();
  }

  /** Brings attention up to date; fixed edge weights stay. */
  public void refreshWeights() {
    if (weighting == EdgeWeighting.ATTENTION) {
      attention.compute(transR, base, workers, edgeWeights);
    }
  }

  /** Base rows (nodes, dim), zero behind a node's size; shared. */
  public float[] base() {
    return base;
  }

  /** The gradient of the base rows, as the last call left it. */
  NodeGradient baseGradient() {
    return dBase;
  }

  /** The weight of each edge; shared, changed by {@link #refreshWeights}. */
  public float[] edgeWeights() {
    return edgeWeights;
  }

  /** Sets Adam's step for the steps that follow. */
  public void learningRate(double learningRate) {
    this.learningRate = learningRate;
  }

  /** One step on the ranking loss; returns the batch's mean loss, without regularisation. */
  public double rankingStep(PairBatch batch) {
    double loss = rankingGradient(batch);
    updateBase(rankingBase);
    for (int l = 0; l < layers.size(); l++) {
      layerOptimizers.get(l).nextStep(learningRate);
      layerOptimizers.get(l).update(layers.get(l).values(), 0, dLayers.get(l).values(), 0);
    }
    return loss;
  }

  /**
   * Shows the base rows that a batch's ranking loss depends on, each beside its gradient; without dropout
   * and regularisation, and without a step.
   */
  public void showBaseGradient(PairBatch batch, BaseGradientSink sink) {
    double _ = lossGradient(batch, 0);
    for (int i = 0; i < dBase.touchedCount(); i++) {
      int node = dBase.touched(i);
      sizes.cut(dBase.rows(), node);
      sink.row(node, base, dBase.rows(), node * spec.dim());
      dBase.clearRow(node);
    }
    dBase.forget();
  }

  /** Adds the gradient of the ranking loss to that of base rows and layers; returns the loss. */
  double rankingGradient(PairBatch batch) {
    double loss = lossGradient(batch, settings.dropout());
    for (int i = 0; i < batch.size(); i++) {
      decay(batch.nodes()[batch.user(i)], batch.size());
      decay(batch.nodes()[batch.seen(i)], batch.size());
      decay(batch.nodes()[batch.unseen(i)], batch.size());
    }
    return loss;
  }

  private double lossGradient(PairBatch batch, float dropout) {
    pass.forward(
        batch.nodes(), batch.nodeCount(), layers, edgeWeights, dropout, dropoutSeeds.nextLong());
    double loss = PairLoss.lossAndGradient(batch, pass.finals(), spec.finalSize(), pass.dFinals());
    dLayers.forEach(LayerWeights::clear);
    pass.backward(layers, edgeWeights, dBase, dLayers);
    return loss;
  }

  /** One step on the triples' loss; returns the batch's mean loss, without regularisation. */
  public double tripleStep(TripleBatch batch) {
    dTransR.clear();
    double loss = tripleLoss.lossAndGradient(batch, transR, base, dBase, dTransR, workers);
    for (int i = 0; i < batch.size(); i++) {
      decay(batch.head(i), batch.size());
      decay(batch.tail(i), batch.size());
      decay(batch.corrupted(i), batch.size());
    }
    updateBase(tripleBase);
    vectorOptimizer.nextStep(learningRate);
    projectionOptimizer.nextStep(learningRate);
    int matrix = spec.dim() * settings.relationSize();
    for (int r = 0; r < transR.relations(); r++) {
      if (batch.begin(r) < batch.end(r)) {
        vectorOptimizer.update(transR.vectors(), r, dTransR.vectors(), r * settings.relationSize());
        projectionOptimizer.update(transR.projections(), r, dTransR.projections(), r * matrix);
      }
    }
    return loss;
  }

  private void decay(int node, int batchSize) {
    if (settings.l2() > 0) {
      int dim = spec.dim();
      float scale = settings.l2() / batchSize;
      for (int d = node * dim; d < (node + 1) * dim; d++) {
        dBase.rows()[d] += scale * base[d];
      }
    }
  }

  private void updateBase(Adam optimizer) {
    optimizer.nextStep(learningRate);
    workers.forBlocks(
        dBase.touchedCount(),
        256,
        (from, to, _) -> {
          for (int i = from; i < to; i++) {
            int node = dBase.touched(i);
            sizes.cut(dBase.rows(), node); // what is not stored does not move
            optimizer.update(base, node, dBase.rows(), node * spec.dim());
            dBase.clearRow(node);
          }
        });
    dBase.forget();
  }

  /** All nodes' layers with the present weights, without dropout. */
  public Propagation propagate() {
    return Propagation.of(graph, spec, base, layers, edgeWeights, workers);
  }

  /**
   * A copy of the present weights as a propagator.
   *
   * @param tripleWeight what a triple weighs in the graph where an interaction weighs 1; 0 without triples
   */
  public Propagator propagator(float tripleWeight) {
    Weights weights = copyWeights();
    List<LayerWeights> copies = new ArrayList<>();
    for (int l = 0; l < layers.size(); l++) {
      LayerWeights layer = layers.get(l);
      copies.add(
          new LayerWeights(layer.aggregator(), layer.in(), layer.out(), weights.layers.get(l)));
    }
    boolean attentive = weighting == EdgeWeighting.ATTENTION;
    return new Propagator(
        spec,
        weighting,
        0,
        tripleWeight,
        graph.userCount(),
        weights.base,
        copies,
        attentive ? Optional.of(weights.transR) : Optional.empty());
  }

  /** Trainable floats. */
  public long parameters() {
    long sum = sizes.total();
    for (LayerWeights layer : layers) {
      sum += layer.values().length;
    }
    if (weighting == EdgeWeighting.ATTENTION) {
      sum += transR.vectors().length + transR.projections().length;
    }
    return sum;
  }

  /** A copy of everything that {@link #propagate} and {@link #propagator} depend on. */
  public Weights copyWeights() {
    return new Weights(
        base.clone(),
        edgeWeights.clone(),
        layers.stream().map(l -> l.values().clone()).toList(),
        transR.withRelations(transR.relations()));
  }

  /** Goes back to weights that this learner had. */
  public void restore(Weights weights) {
    System.arraycopy(weights.base, 0, base, 0, base.length);
    System.arraycopy(weights.edgeWeights, 0, edgeWeights, 0, edgeWeights.length);
    transR.copyFrom(weights.transR);
    for (int l = 0; l < layers.size(); l++) {
      float[] values = layers.get(l).values();
      System.arraycopy(weights.layers.get(l), 0, values, 0, values.length);
    }
  }

  /** Weights at one moment. */
  public static final class Weights {
    private final float[] base;
    private final float[] edgeWeights;
    private final List<float[]> layers;
    private final TransR transR;

    private Weights(float[] base, float[] edgeWeights, List<float[]> layers, TransR transR) {
      this.base = base;
      this.edgeWeights = edgeWeights;
      this.layers = layers;
      this.transR = transR;
    }
  }
}
