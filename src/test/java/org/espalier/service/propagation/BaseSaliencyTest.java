package org.espalier.service.propagation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Comparator;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.espalier.kgat.graph.Ckg;
import org.espalier.kgat.graph.CkgBuilder;
import org.espalier.kgat.model.BaseGradientSink;
import org.espalier.kgat.model.BaseSizes;
import org.espalier.kgat.train.BaseSizeSearch;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class BaseSaliencyTest {

  private static final int DIM = 6;
  private static final Ckg GRAPH =
      new CkgBuilder(4, 5).interaction(0, 1, 1).interaction(2, 3, 1).build();
  private static final int NUMBERS = 9 * DIM;

  /** Rows and the gradients of some batches; the last node is never touched. */
  @SuppressWarnings("ArrayRecordComponent") // test data
  private record Made(float[] base, float[][] gradients) implements BaseSizeSearch.WarmModel {

    static Made of(long seed) {
      SplittableRandom random = new SplittableRandom(seed);
      float[][] all = new float[4][NUMBERS];
      for (float[] values : all) {
        for (int i = 0; i < NUMBERS; i++) {
          values[i] = (float) random.nextDouble(-1, 1) * (1 + i / DIM);
        }
      }
      return new Made(all[0], Arrays.copyOfRange(all, 1, 4));
    }

    @Override
    public Ckg graph() {
      return GRAPH;
    }

    @Override
    public int dim() {
      return DIM;
    }

    @Override
    public void showGradients(BaseGradientSink sink) {
      for (float[] batch : gradients) {
        for (int node = 0; node < GRAPH.nodeCount() - 1; node++) {
          sink.row(node, base, batch, node * DIM);
        }
      }
    }
  }

  @ParameterizedTest(name = "seed={0}, keep={1}")
  @CsvSource({"1, 0.1", "2, 0.25", "3, 0.5", "4, 0.05"})
  void each_node_gets_as_many_numbers_as_it_has_among_the_best_that_fit(long seed, double keep) {
    Made made = Made.of(seed);
    BaseSizes sizes = new BaseSaliency(keep).sizes(made);

    double[] saliency = new double[NUMBERS];
    for (float[] batch : made.gradients()) {
      for (int i = 0; i < NUMBERS - DIM; i++) {
        saliency[i] += Math.abs((double) batch[i] * made.base()[i]);
      }
    }
    int[] expected = new int[GRAPH.nodeCount()];
    IntStream.range(0, NUMBERS)
        .boxed()
        .sorted(Comparator.comparingDouble(i -> -saliency[i]))
        .limit((long) (keep * NUMBERS))
        .forEach(i -> expected[i / DIM]++);
    assertThat(sizes.sizes()).isEqualTo(expected);
    assertThat(sizes.total()).isEqualTo((long) (keep * NUMBERS));
  }

  @Test
  void a_budget_that_is_no_share_is_refused() {
    for (double keep : new double[] {0, -1, 1.01, Double.NaN}) {
      assertThatThrownBy(() -> new BaseSaliency(keep)).hasMessageContaining("is not in (0, 1]");
    }
  }
}
