package org.espalier.kgat.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class GraphKernelTest {

  private static final int ROWS = 9;
  private static final List<GraphKernel> KERNELS =
      List.of(GraphKernels.scalar(), GraphKernels.best());

  static List<Arguments> every_tail_length() {
    List<Arguments> cases = new ArrayList<>();
    for (GraphKernel kernel : KERNELS) {
      for (int dim : new int[] {1, 3, 8, 15, 16, 17, 31, 32, 48, 64, 65, 79, 130}) {
        cases.add(Arguments.of(kernel.name(), dim, 100L + dim, kernel));
      }
    }
    return cases;
  }

  /** Edges into a few rows, and values with guards around them. */
  private static final class Case {
    final SplittableRandom random;
    final int[] index = new int[23];
    final float[] weights = new float[23];
    final float[] rows;

    Case(int dim, long seed) {
      this.random = new SplittableRandom(seed);
      rows = values(ROWS * dim);
      for (int e = 0; e < index.length; e++) {
        index[e] = random.nextInt(ROWS);
        weights[e] = (float) random.nextDouble(-1, 1);
      }
    }

    float[] values(int n) {
      float[] x = new float[n];
      for (int i = 0; i < n; i++) {
        x[i] = (float) random.nextDouble(-1, 1);
      }
      return x;
    }
  }

  @ParameterizedTest(name = "{0} dim={1} seed={2}")
  @MethodSource("every_tail_length")
  void rows_with_factors_are_summed_by_weight_and_factor_and_nothing_else_is_written(
      String name, int dim, long seed, GraphKernel kernel) {
    Case c = new Case(dim, seed);
    float[] factors = c.values(ROWS);
    float[] before = c.values(dim + 2);
    float[] out = before.clone();

    kernel.gatherScaledAdd(c.weights, factors, c.index, 2, 21, c.rows, dim, out, 1);

    assertThat(out[0]).isEqualTo(before[0]);
    assertThat(out[dim + 1]).isEqualTo(before[dim + 1]);
    for (int d = 0; d < dim; d++) {
      double exact = before[1 + d];
      for (int e = 2; e < 21; e++) {
        double factor = (double) c.weights[e] * factors[c.index[e]];
        exact += factor * c.rows[c.index[e] * dim + d];
      }
      assertThat((double) out[1 + d]).isCloseTo(exact, within(20 * 0x1p-23 * 20));
    }
  }

  @ParameterizedTest(name = "{0} dim={1} seed={2}")
  @MethodSource("every_tail_length")
  void distances_are_those_of_the_slices_alone(
      String name, int dim, long seed, GraphKernel kernel) {
    Case c = new Case(dim, seed);
    float[] a = c.values(dim + 3);
    float[] b = c.values(dim + 3);
    double exact = 0;
    for (int d = 0; d < dim; d++) {
      exact += Math.pow((double) a[1 + d] - b[2 + d], 2);
    }
    assertThat((double) kernel.distance(a, 1, b, 2, dim))
        .isCloseTo(Math.sqrt(exact), within(dim * 0x1p-23 * 4));
    assertThat(kernel.distance(a, 1, a, 1, dim)).isZero();
    assertThatThrownBy(() -> kernel.distance(a, 4, b, 0, dim))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @ParameterizedTest(name = "{0} dim={1} seed={2}")
  @MethodSource("every_tail_length")
  void gathered_rows_are_summed_by_weight_and_nothing_else_is_written(
      String name, int dim, long seed, GraphKernel kernel) {
    Case c = new Case(dim, seed);
    float[] before = c.values(dim + 2);
    float[] out = before.clone();

    kernel.gatherAdd(c.weights, c.index, 2, 21, c.rows, dim, out, 1);

    assertThat(out[0]).isEqualTo(before[0]);
    assertThat(out[dim + 1]).isEqualTo(before[dim + 1]);
    for (int d = 0; d < dim; d++) {
      double exact = before[1 + d];
      for (int e = 2; e < 21; e++) {
        exact += (double) c.weights[e] * c.rows[c.index[e] * dim + d];
      }
      assertThat((double) out[1 + d]).isCloseTo(exact, within(20 * 0x1p-23 * 20));
    }
  }

  @ParameterizedTest(name = "{0} dim={1} seed={2}")
  @MethodSource("every_tail_length")
  void scattering_touches_its_strip_of_columns_only(
      String name, int dim, long seed, GraphKernel kernel) {
    Case c = new Case(dim, seed);
    float[] x = c.values(dim + 1);
    int from = dim / 3;
    int to = dim - dim / 5;
    float[] rows = c.rows.clone();

    kernel.scatterAdd(c.weights, c.index, 2, 21, x, 1, rows, dim, from, to);

    for (int row = 0; row < ROWS; row++) {
      for (int d = 0; d < dim; d++) {
        double exact = c.rows[row * dim + d];
        for (int e = 2; e < 21 && d >= from && d < to; e++) {
          exact += c.index[e] == row ? (double) c.weights[e] * x[1 + d] : 0;
        }
        assertThat((double) rows[row * dim + d]).isCloseTo(exact, within(20 * 0x1p-23 * 20));
      }
    }
  }

  @ParameterizedTest(name = "{0} dim={1} seed={2}")
  @MethodSource("every_tail_length")
  void inner_products_go_to_their_edges(String name, int dim, long seed, GraphKernel kernel) {
    Case c = new Case(dim, seed);
    float[] x = c.values(dim + 1);
    float[] scores = new float[c.index.length];

    kernel.gatherDot(c.index, 2, 21, c.rows, dim, x, 1, scores);

    for (int e = 0; e < scores.length; e++) {
      double exact = 0;
      for (int d = 0; d < dim && e >= 2 && e < 21; d++) {
        exact += (double) c.rows[c.index[e] * dim + d] * x[1 + d];
      }
      assertThat((double) scores[e]).isCloseTo(exact, within(dim * 0x1p-23 * dim));
    }
  }

  @ParameterizedTest(name = "{0} dim={1} seed={2}")
  @MethodSource("every_tail_length")
  void tangents_are_those_of_the_mathematics_library(
      String name, int dim, long seed, GraphKernel kernel) {
    Case c = new Case(dim, seed);
    float[] x = c.values(dim + 2);
    x[1] = 40;
    float[] result = x.clone();

    kernel.tanh(result, 1, dim);

    assertThat(result[0]).isEqualTo(x[0]);
    assertThat(result[dim + 1]).isEqualTo(x[dim + 1]);
    for (int i = 1; i <= dim; i++) {
      assertThat((double) result[i]).isCloseTo(Math.tanh(x[i]), within(4e-7));
    }
  }

  @Test
  void slices_outside_their_arrays_are_refused() {
    Case c = new Case(4, 1);
    assertThatThrownBy(
            () -> GraphKernels.best().gatherAdd(c.weights, c.index, 0, 24, c.rows, 4, c.rows, 0))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() ->
            GraphKernels.best().scatterAdd(c.weights, c.index, 0, 2, c.rows, 0, c.rows, 4, 0, 5))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }
}
