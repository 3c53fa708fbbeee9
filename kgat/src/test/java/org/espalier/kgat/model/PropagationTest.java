package org.espalier.kgat.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.espalier.kgat.graph.Ckg;
import org.espalier.kgat.graph.CkgBuilder;
import org.espalier.kgat.model.PropagationSpec.Readout;
import org.espalier.learning.kernel.Workers;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class PropagationTest {

  private static final float LEAK = 0.1f;

  // A user (node 0) and two items (nodes 1, 2), two dimensions; the user attends 1 : 3.
  private static final Ckg GRAPH =
      new CkgBuilder(1, 2).interaction(0, 0, 1).interaction(0, 1, 1).build();
  private static final float[] BASE = {1, 2, 3, -1, -1, 1};
  private static final float[] ATTENTION = {0.25f, 0.75f, 1, 1};

  private static float[] userRow(Aggregator aggregator, float[] weights) {
    PropagationSpec spec =
        new PropagationSpec(2, List.of(2), aggregator, Readout.CONCATENATION, false, LEAK);
    List<LayerWeights> layers = List.of(new LayerWeights(aggregator, 2, 2, weights));
    try (Workers workers = new Workers(1)) {
      Propagation result = Propagation.of(GRAPH, spec, BASE, layers, ATTENTION, workers);
      return Arrays.copyOf(result.state(1), 2);
    }
  }

  // The user's neighbourhood: 0.25 · (3, −1) + 0.75 · (−1, 1) = (0, 0.5).

  @Test
  void bi_interaction_is_worked_out_by_hand() {
    // Sum (1, 2.5) through W₁ = [[1, 0], [2, 1]], bias (0, −3): (6, 2.5 − 3) → (6, −0.05).
    // Product (0, 1) through W₂ = [[1, 1], [−2, 4]], bias (1, 0): (−1, 4) → (−0.1, 4).
    float[] row =
        userRow(Aggregator.BI_INTERACTION, new float[] {1, 0, 2, 1, 0, -3, 1, 1, -2, 4, 1, 0});
    assertThat(row).containsExactly(new float[] {5.9f, 3.95f}, within(1e-6f));
  }

  @Test
  void gcn_is_worked_out_by_hand() {
    float[] row = userRow(Aggregator.GCN, new float[] {1, 0, 2, 1, 0, -3});
    assertThat(row).containsExactly(new float[] {6, -0.05f}, within(1e-6f));
  }

  @Test
  void graph_sage_is_worked_out_by_hand() {
    // (1, 2, 0, 0.5) through [[1, 0], [0, 1], [5, 5], [2, −6]], bias (1, 0): (3, −1) → (3, −0.1).
    float[] row = userRow(Aggregator.GRAPH_SAGE, new float[] {1, 0, 0, 1, 5, 5, 2, -6, 1, 0});
    assertThat(row).containsExactly(new float[] {3, -0.1f}, within(1e-6f));
  }

  @Test
  void a_linear_layer_is_the_neighbourhood() {
    assertThat(userRow(Aggregator.LINEAR, new float[0]))
        .containsExactly(new float[] {0, 0.5f}, within(1e-6f));
  }

  @Test
  void layers_stand_side_by_side_with_length_one_or_are_averaged() {
    float[][] states = {{1, 2}, {3, 4}};
    float[] side = new float[4];
    org.espalier.kgat.model.Readout.forward(
        new PropagationSpec(2, List.of(2), Aggregator.GCN, Readout.CONCATENATION, true, 0),
        states,
        0,
        false,
        side,
        0);
    assertThat(side).containsExactly(new float[] {1, 2, 0.6f, 0.8f}, within(1e-6f));
    float[] mean = new float[2];
    org.espalier.kgat.model.Readout.forward(
        new PropagationSpec(2, List.of(2), Aggregator.GCN, Readout.MEAN, false, 0),
        states,
        0,
        false,
        mean,
        0);
    assertThat(mean).containsExactly(new float[] {2, 3}, within(1e-6f));
  }

  static List<Arguments> shapes() {
    List<Arguments> shapes = new ArrayList<>();
    for (Aggregator aggregator : Aggregator.values()) {
      for (Readout readout : List.of(Readout.CONCATENATION, Readout.MEAN)) { // what is trained
        for (boolean normalised : new boolean[] {false, true}) {
          boolean equal = readout == Readout.MEAN || aggregator == Aggregator.LINEAR;
          List<Integer> layers = equal ? List.of(6, 6) : List.of(5, 3);
          shapes.add(
              Arguments.of(
                  new PropagationSpec(6, layers, aggregator, readout, normalised, 0.2f), 7L));
        }
      }
    }
    return shapes;
  }

  /** A batch of nodes, weights of their final values, and the weighted sum as a function. */
  private static final class Probe implements AutoCloseable {
    final Ckg graph;
    final Workers workers = new Workers(2);
    final float[] base;
    final float[] edgeWeights;
    final List<LayerWeights> layers;
    final int[] nodes = {12, 0, 7, 3};
    final float[] slopes;
    final TrainingPass pass;
    final float dropout;

    Probe(PropagationSpec spec, long seed, float dropout) {
      SplittableRandom random = new SplittableRandom(seed);
      this.graph = TinyGraphs.random(seed);
      this.dropout = dropout;
      base = TinyGraphs.values(graph.nodeCount() * spec.dim(), 1, random);
      edgeWeights = FixedWeights.mean(graph);
      layers = TinyGraphs.layers(spec, random);
      slopes = TinyGraphs.values(nodes.length * spec.finalSize(), 1, random);
      pass = new TrainingPass(graph, spec, base, workers);
    }

    double value() {
      pass.forward(nodes, nodes.length, layers, edgeWeights, dropout, 5);
      double sum = 0;
      for (int i = 0; i < slopes.length; i++) {
        sum += (double) slopes[i] * pass.finals()[i];
      }
      return sum;
    }

    @Override
    public void close() {
      workers.close();
    }
  }

  /** LeakyReLU has kinks: where one lies within a step, the slope of the other side is the right one. */
  private static void assertGradient(Probe probe, float[] parameters, float[] gradient) {
    float step = 2e-3f;
    double here = probe.value();
    for (int i = 0; i < parameters.length; i++) {
      float before = parameters[i];
      parameters[i] = before + step;
      double right = (probe.value() - here) / step;
      parameters[i] = before - step;
      double left = (here - probe.value()) / step;
      parameters[i] = before;
      double error =
          Math.min(
              Math.abs(gradient[i] - (left + right) / 2),
              Math.min(Math.abs(gradient[i] - right), Math.abs(gradient[i] - left)));
      assertThat(error)
          .as("parameter %d: %s, from the right %s, from the left %s", i, gradient[i], right, left)
          .isLessThan(5e-3 + 2e-2 * Math.abs(gradient[i]));
    }
  }

  @ParameterizedTest(name = "{0} seed={1}")
  @MethodSource("shapes")
  void gradients_are_those_of_finite_differences(PropagationSpec spec, long seed) {
    for (float dropout : new float[] {0, 0.3f}) {
      try (Probe probe = new Probe(spec, seed, dropout)) {
        probe.value();
        System.arraycopy(probe.slopes, 0, probe.pass.dFinals(), 0, probe.slopes.length);
        NodeGradient dBase = new NodeGradient(probe.graph.nodeCount(), spec.dim());
        List<LayerWeights> dLayers = TinyGraphs.zeros(spec);
        probe.pass.backward(probe.layers, probe.edgeWeights, dBase, dLayers);

        assertGradient(probe, probe.base, dBase.rows());
        for (int l = 0; l < spec.depth(); l++) {
          assertGradient(probe, probe.layers.get(l).values(), dLayers.get(l).values());
        }
      }
    }
  }

  @ParameterizedTest(name = "{0} seed={1}")
  @MethodSource("shapes")
  void the_receptive_field_of_a_batch_gives_what_the_whole_graph_gives(
      PropagationSpec spec, long seed) {
    try (Probe probe = new Probe(spec, seed, 0)) {
      probe.value();
      Propagation whole =
          Propagation.of(
              probe.graph, spec, probe.base, probe.layers, probe.edgeWeights, probe.workers);
      float[] expected = new float[spec.finalSize()];
      for (int i = 0; i < probe.nodes.length; i++) {
        whole.copyFinal(probe.nodes[i], expected, 0);
        int at = i * spec.finalSize();
        assertThat(Arrays.copyOfRange(probe.pass.finals(), at, at + spec.finalSize()))
            .containsExactly(expected, within(1e-5f));
      }
    }
  }

  @ParameterizedTest(name = "seed={0}")
  @ValueSource(longs = {1, 2, 3})
  void a_triple_loss_gradient_is_that_of_finite_differences(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int dim = 5;
    int size = 4;
    int nodes = 8;
    float[] base = TinyGraphs.values(nodes * dim, 1, random);
    TransR transR = TransR.random(3, dim, size, random);
    TripleBatch batch = new TripleBatch(3, 20);
    for (int i = 0; i < 20; i++) {
      int relation = random.nextInt(2); // the third has no triple
      batch.add(random.nextInt(nodes), relation, random.nextInt(nodes), random.nextInt(nodes));
    }
    try (Workers workers = new Workers(2)) {
      TripleLoss loss = new TripleLoss(3, dim, size, 20, workers);
      NodeGradient dBase = new NodeGradient(nodes, dim);
      TransR dTransR = TransR.zeros(3, dim, size);
      double value = loss.lossAndGradient(batch, transR, base, dBase, dTransR, workers);
      assertThat(value).isPositive();

      float[][] parameters = {base, transR.vectors(), transR.projections()};
      float[][] gradients = {dBase.rows(), dTransR.vectors(), dTransR.projections()};
      for (int p = 0; p < parameters.length; p++) {
        for (int i = 0; i < parameters[p].length; i++) {
          float before = parameters[p][i];
          parameters[p][i] = before + 1e-2f;
          double above = value(loss, batch, transR, base, workers);
          parameters[p][i] = before - 1e-2f;
          double below = value(loss, batch, transR, base, workers);
          parameters[p][i] = before;
          assertThat((double) gradients[p][i]).isCloseTo((above - below) / 2e-2, within(2e-3));
        }
      }
    }
  }

  private static double value(
      TripleLoss loss, TripleBatch batch, TransR transR, float[] base, Workers workers) {
    int nodes = base.length / transR.dim();
    return loss.lossAndGradient(
        batch,
        transR,
        base,
        new NodeGradient(nodes, transR.dim()),
        TransR.zeros(transR.relations(), transR.dim(), transR.size()),
        workers);
  }

  @Test
  void a_pair_loss_gradient_is_that_of_finite_differences() {
    SplittableRandom random = new SplittableRandom(4);
    PairBatch batch = new PairBatch(9, 3);
    batch.add(1, 7, 8);
    batch.add(2, 8, 7);
    batch.add(1, 6, 7);
    int size = 4;
    float[] finals = TinyGraphs.values(5 * size, 1, random);
    float[] gradient = new float[finals.length];
    PairLoss.lossAndGradient(batch, finals, size, gradient);

    assertThat(batch.nodeCount()).isEqualTo(5);
    for (int i = 0; i < finals.length; i++) {
      float before = finals[i];
      finals[i] = before + 1e-2f;
      double above = PairLoss.lossAndGradient(batch, finals, size, new float[finals.length]);
      finals[i] = before - 1e-2f;
      double below = PairLoss.lossAndGradient(batch, finals, size, new float[finals.length]);
      finals[i] = before;
      assertThat((double) gradient[i]).isCloseTo((above - below) / 2e-2, within(1e-4));
    }
  }

  @Test
  void dropped_values_are_as_many_as_asked_and_the_others_grow() {
    DropoutMask mask = new DropoutMask(1000, 10);
    mask.draw(0.25f, 3);
    float[] row = new float[10];
    int dropped = 0;
    for (int node = 0; node < 1000; node++) {
      Arrays.fill(row, 3);
      mask.apply(node, row, 0);
      for (float x : row) {
        dropped += x == 0 ? 1 : 0;
        assertThat(x == 0 || x == 4).isTrue();
      }
    }
    assertThat(dropped).isBetween(2350, 2650); // 2,500 ± 3.5 standard deviations
  }

  @Test
  void the_number_of_threads_does_not_change_what_is_learned() {
    PropagationSpec spec =
        new PropagationSpec(
            40, List.of(24, 8), Aggregator.BI_INTERACTION, Readout.CONCATENATION, true, 0.2f);
    assertThat(train(spec, 1)).containsExactly(train(spec, 3), within(1e-4f));
  }

  private static float[] train(PropagationSpec spec, int threads) {
    Ckg graph = TinyGraphs.random(2);
    try (Workers workers = new Workers(threads)) {
      GraphLearner learner =
          new GraphLearner(
              graph,
              spec,
              EdgeWeighting.ATTENTION,
              new LearnerSettings(0.01, 1e-3f, 0.1f, 16),
              4,
              9,
              workers);
      PairBatch pairs = new PairBatch(graph.nodeCount(), 4);
      TripleBatch triples = new TripleBatch(graph.relationCount(), 4);
      for (int step = 0; step < 5; step++) {
        pairs.clear();
        triples.clear();
        for (int i = 0; i < 4; i++) {
          pairs.add(i, 5 + (i + step) % 9, 5 + (i + 2 * step) % 9);
          triples.add(5 + i, 1 + i % 2, 6 + (i + step) % 8, 5 + step);
        }
        learner.rankingStep(pairs);
        learner.tripleStep(triples);
        learner.refreshWeights();
      }
      return learner.propagate().finals(0, graph.nodeCount());
    }
  }

  @Test
  void shapes_that_do_not_fit_are_refused() {
    assertThatThrownBy(
            () -> new PropagationSpec(8, List.of(4), Aggregator.GCN, Readout.MEAN, true, LEAK))
        .hasMessageContaining("[4]");
    assertThatThrownBy(() ->
            new PropagationSpec(8, List.of(0), Aggregator.GCN, Readout.CONCATENATION, true, LEAK))
        .hasMessageContaining("positive");
  }
}
