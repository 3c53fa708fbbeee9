package org.espalier.kgat.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.espalier.kgat.graph.Ckg;
import org.espalier.kgat.graph.CkgBuilder;
import org.espalier.kgat.model.PropagationSpec.Readout;
import org.espalier.learning.kernel.Workers;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class BaseSizesTest {

  private static final int DIM = 6;
  private static final PropagationSpec SHAPE =
      new PropagationSpec(
          DIM, List.of(5, 3), Aggregator.BI_INTERACTION, Readout.CONCATENATION, true, 0.1f);

  private final Workers workers = new Workers(1);
  @TempDir Path directory;

  private GraphLearner learner(Ckg graph, BaseSizing sizing, float dropout) {
    LearnerSettings settings = new LearnerSettings(1e-2, 1e-3f, dropout, 4);
    return new GraphLearner(graph, SHAPE, sizing, EdgeWeighting.ATTENTION, settings, 8, 7, workers);
  }

  private static BaseSizes randomSizes(Ckg graph, long seed) {
    int[] sizes = new SplittableRandom(seed).ints(graph.nodeCount(), 0, DIM + 1).toArray();
    return new BaseSizes(DIM, sizes);
  }

  private static PairBatch pairs(Ckg graph) {
    PairBatch batch = new PairBatch(graph.nodeCount(), 4);
    batch.add(0, graph.nodeOfEntity(1), graph.nodeOfEntity(7));
    batch.add(1, graph.nodeOfEntity(2), graph.nodeOfEntity(5));
    batch.add(3, graph.nodeOfEntity(4), graph.nodeOfEntity(1));
    return batch;
  }

  private static void train(GraphLearner learner, Ckg graph) {
    TripleBatch triples = new TripleBatch(graph.relationCount(), 8);
    triples.add(graph.nodeOfEntity(2), 1, graph.nodeOfEntity(2), graph.nodeOfEntity(6));
    triples.add(graph.nodeOfEntity(0), 1, graph.nodeOfEntity(3), graph.nodeOfEntity(4));
    for (int step = 0; step < 5; step++) {
      learner.rankingStep(pairs(graph));
      learner.tripleStep(triples);
      learner.refreshWeights();
    }
  }

  @ParameterizedTest(name = "seed={0}")
  @ValueSource(longs = {1, 2, 3})
  void full_sizes_train_bit_for_bit_like_plain_rows(long seed) {
    Ckg graph = TinyGraphs.random(seed);
    GraphLearner plain =
        new GraphLearner(
            graph,
            SHAPE,
            EdgeWeighting.ATTENTION,
            new LearnerSettings(1e-2, 1e-3f, 0.1f, 4),
            8,
            7,
            workers);
    GraphLearner sized = learner(graph, (g, dim) -> BaseSizes.byDegree(g, dim, 1), 0.1f);
    train(plain, graph);
    train(sized, graph);
    assertThat(sized.base()).isEqualTo(plain.base());
    assertThat(sized.edgeWeights()).isEqualTo(plain.edgeWeights());
    assertThat(sized.parameters()).isEqualTo(plain.parameters());
  }

  @ParameterizedTest(name = "seed={0}")
  @ValueSource(longs = {1, 2, 3})
  void the_gradient_of_what_is_stored_is_that_of_finite_differences(long seed) {
    Ckg graph = TinyGraphs.random(seed);
    BaseSizes sizes = randomSizes(graph, seed);
    LearnerSettings settings = new LearnerSettings(1e-2, 0, 0, 4);
    BaseSizing sizing = (_, _) -> sizes;
    GraphLearner learner =
        new GraphLearner(graph, SHAPE, sizing, EdgeWeighting.MEAN, settings, 8, seed, workers);
    float[] base = learner.base();
    for (int i = 0; i < base.length; i++) {
      base[i] *= 2; // further from LeakyReLU's kinks
    }
    learner.rankingGradient(pairs(graph));
    float[] gradient = learner.baseGradient().rows().clone();
    float step = 2e-3f;
    for (int node = 0; node < graph.nodeCount(); node++) {
      for (int d = 0; d < sizes.sizes()[node]; d++) {
        int i = node * DIM + d;
        float before = base[i];
        double here = learner.rankingGradient(pairs(graph));
        base[i] = before + step;
        double right = (learner.rankingGradient(pairs(graph)) - here) / step;
        base[i] = before - step;
        double left = (here - learner.rankingGradient(pairs(graph))) / step;
        base[i] = before;
        double middle = Math.abs(gradient[i] - (left + right) / 2);
        double error =
            Math.min(middle, Math.min(Math.abs(gradient[i] - right), Math.abs(gradient[i] - left)));
        assertThat(error).as("value %d of node %d", d, node).isLessThan(5e-3);
      }
    }
  }

  @ParameterizedTest(name = "seed={0}")
  @ValueSource(longs = {1, 2, 3})
  void the_gradient_that_is_shown_is_that_of_the_loss_alone_and_moves_nothing(long seed) {
    Ckg graph = TinyGraphs.random(seed);
    BaseSizes sizes = randomSizes(graph, seed);
    LearnerSettings settings = new LearnerSettings(1e-2, 0.5f, 0.4f, 4);
    BaseSizing sizing = (_, _) -> sizes;
    GraphLearner learner =
        new GraphLearner(graph, SHAPE, sizing, EdgeWeighting.MEAN, settings, 8, seed, workers);
    LearnerSettings plainSettings = new LearnerSettings(1e-2, 0, 0, 4); // no decay, no dropout
    GraphLearner plain =
        new GraphLearner(graph, SHAPE, sizing, EdgeWeighting.MEAN, plainSettings, 8, seed, workers);
    plain.rankingGradient(pairs(graph));
    float[] expected = plain.baseGradient().rows().clone();
    float[] before = learner.base().clone();

    float[] shown = new float[expected.length];
    learner.showBaseGradient(
        pairs(graph),
        (node, base, gradient, at) -> {
          assertThat(base).isSameAs(learner.base());
          assertThat(at).isEqualTo(node * DIM);
          System.arraycopy(gradient, at, shown, at, DIM);
        });
    for (int node = 0; node < graph.nodeCount(); node++) {
      for (int d = 0; d < DIM; d++) {
        float stored = d < sizes.sizes()[node] ? expected[node * DIM + d] : 0;
        assertThat(shown[node * DIM + d]).as("value %d of node %d", d, node).isEqualTo(stored);
      }
    }
    assertThat(learner.base()).isEqualTo(before);
    assertThat(learner.baseGradient().touchedCount()).as("nothing is left over").isZero();
  }

  @Test
  void one_size_for_all_is_the_largest_that_fits() {
    Ckg graph = TinyGraphs.random(1);
    assertThat(BaseSizes.uniform(graph, 6, 0.5).sizes()).containsOnly(3);
    assertThat(BaseSizes.uniform(graph, 6, 0.33).sizes()).containsOnly(1);
    assertThatThrownBy(() -> BaseSizes.uniform(graph, 6, 0.1))
        .hasMessageContaining("leaves less than one a node");
  }

  @ParameterizedTest(name = "seed={0}")
  @ValueSource(longs = {1, 2, 3})
  void what_is_not_stored_stays_zero_and_takes_no_room_in_a_file(long seed) throws IOException {
    Ckg graph = TinyGraphs.random(seed);
    BaseSizes sizes = randomSizes(graph, seed);
    GraphLearner learner = learner(graph, (_, _) -> sizes, 0.1f);
    float[] first = learner.base().clone();
    train(learner, graph);
    int moved = 0;
    for (int node = 0; node < graph.nodeCount(); node++) {
      for (int d = 0; d < DIM; d++) {
        float value = learner.base()[node * DIM + d];
        if (d >= sizes.sizes()[node]) {
          assertThat(value).isZero();
        } else {
          moved += value != first[node * DIM + d] ? 1 : 0;
        }
      }
    }
    assertThat(moved).isGreaterThan(5);
    long rows = (long) graph.nodeCount() * DIM;
    GraphLearner full = learner(graph, BaseSizing.FULL, 0.1f);
    assertThat(full.parameters() - learner.parameters()).isEqualTo(rows - sizes.total());

    Path file = directory.resolve("sized");
    Path fullFile = directory.resolve("full");
    PropagatorFile.write(learner.propagator(1), file);
    PropagatorFile.write(full.propagator(1), fullFile);
    assertThat(Files.size(fullFile) - Files.size(file)).isEqualTo(4 * (rows - sizes.total()));
    Propagator read = PropagatorFile.read(file);
    assertThat(read.baseRows(graph.userCount(), graph.entityCount())).isEqualTo(learner.base());
    assertThat(read.propagate(graph, workers).finals(0, graph.nodeCount()))
        .isEqualTo(learner.propagator(1).propagate(graph, workers).finals(0, graph.nodeCount()));
  }

  @ParameterizedTest(name = "keep={0}")
  @ValueSource(doubles = {0.02, 0.1, 0.25, 0.5, 0.9, 1})
  void sizes_by_degree_keep_to_the_budget_and_grow_with_the_degree(double keep) {
    CkgBuilder builder = new CkgBuilder(50, 60);
    SplittableRandom random = new SplittableRandom(9);
    for (int i = 0; i < 600; i++) {
      builder.interaction(random.nextInt(49), (int) (60 * Math.pow(random.nextDouble(), 3)), 1);
    }
    Ckg graph = builder.build();
    BaseSizes sizes = BaseSizes.byDegree(graph, 32, keep);
    assertThat(sizes.total()).isLessThanOrEqualTo((long) (keep * 110 * 32));
    assertThat(sizes.total()).isGreaterThan((long) (keep * 110 * 32 / 3));
    for (int a = 0; a < graph.nodeCount(); a++) {
      for (int b = 0; b < graph.nodeCount(); b++) {
        if (graph.end(a) - graph.begin(a) > graph.end(b) - graph.begin(b)) {
          assertThat(sizes.sizes()[a]).isGreaterThanOrEqualTo(sizes.sizes()[b]);
        }
      }
    }
  }

  @Test
  void sizes_that_do_not_fit_are_refused() {
    Ckg graph = TinyGraphs.random(1);
    assertThatThrownBy(() -> new BaseSizes(4, new int[] {4, 0, 5}))
        .hasMessageContaining("size 5 of node 2 is not in 0 … 4");
    assertThatThrownBy(() -> BaseSizes.byDegree(graph, 4, 0)).hasMessageContaining("keep=0.0");
    assertThatThrownBy(() -> learner(graph, (_, dim) -> BaseSizes.full(3, dim), 0))
        .hasMessageContaining("sizes of 3 nodes");
  }
}
