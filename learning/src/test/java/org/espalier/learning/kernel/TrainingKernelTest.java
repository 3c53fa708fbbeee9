package org.espalier.learning.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class TrainingKernelTest {

  private static final TrainingKernel SCALAR = new ScalarTrainingKernel();
  private static final TrainingKernel SIMD = TrainingKernels.best();
  private static final TrainingKernel[] BOTH = {SCALAR, SIMD};

  static Stream<Arguments> lengths_and_seeds() {
    return IntStream.rangeClosed(1, 70)
        .boxed()
        .flatMap(n -> Stream.of(1L, 2L).map(seed -> Arguments.of(n, seed)));
  }

  static Stream<Arguments> shapes_and_seeds() {
    int[][] shapes = {
      {1, 1, 1},
      {4, 16, 8},
      {5, 17, 3},
      {7, 33, 300},
      {8, 64, 257},
      {3, 70, 64},
      {13, 48, 20},
      {4, 32, 513},
      {6, 8, 2},
      {2, 100, 1}
    };
    return Stream.of(shapes).map(s -> Arguments.of(s[0], s[1], s[2], (long) s[0] * s[1]));
  }

  @ParameterizedTest(name = "m={0} n={1} k={2} seed={3}")
  @MethodSource("shapes_and_seeds")
  void a_product_stays_within_the_rounding_bound_and_writes_nothing_else(
      int m, int n, int k, long seed) {
    Random random = new Random(seed);
    float[] a = gaussians(random, m * k + 3);
    float[] b = gaussians(random, k * (n + 2) + 1);
    float[] before = gaussians(random, m * (n + 5) + 2);
    for (boolean transposed : new boolean[] {false, true}) {
      int aRow = transposed ? 1 : k;
      int aColumn = transposed ? m : 1;
      for (TrainingKernel kernel : BOTH) {
        float[] c = before.clone();
        kernel.multiplyAdd(m, n, k, a, 3, aRow, aColumn, b, 1, n + 2, c, 2, n + 5);
        for (int at = 0; at < c.length; at++) {
          int i = (at - 2) / (n + 5);
          int j = (at - 2) % (n + 5);
          double exact = before[at];
          double magnitude = Math.abs(exact);
          if (at >= 2 && i < m && j < n) {
            for (int p = 0; p < k; p++) {
              double term = (double) a[3 + i * aRow + p * aColumn] * b[1 + p * (n + 2) + j];
              exact += term;
              magnitude += Math.abs(term);
            }
          }
          assertThat((double) c[at]).isCloseTo(exact, within((k + 2) * 0x1p-23 * magnitude));
        }
      }
    }
  }

  @ParameterizedTest(name = "n={0} seed={1}")
  @MethodSource("lengths_and_seeds")
  void scores_of_packed_rows_are_inner_products(int n, long seed) {
    Random random = new Random(seed);
    int dim = 1 + n % 19;
    float[] users = gaussians(random, 5 * dim + 2);
    float[] items = gaussians(random, (n + 3) * dim);
    for (TrainingKernel kernel : BOTH) {
      float[] panels = new float[kernel.panelled(n) * dim];
      Arrays.fill(panels, 7);
      kernel.pack(items, 3, n, dim, panels);
      int row = kernel.panelled(n) + 1;
      float[] scores = new float[4 + 5 * row];
      Arrays.fill(scores, 9);
      kernel.score(5, n, dim, users, 2, panels, scores, 4, row);
      for (int u = 0; u < 5; u++) {
        for (int i = 0; i < n; i++) {
          double exact = 0;
          double magnitude = 0;
          for (int d = 0; d < dim; d++) {
            double term = (double) users[2 + u * dim + d] * items[(3 + i) * dim + d];
            exact += term;
            magnitude += Math.abs(term);
          }
          assertThat((double) scores[4 + u * row + i])
              .isCloseTo(exact, within((dim + 1) * 0x1p-23 * magnitude));
        }
      }
    }
  }

  @ParameterizedTest(name = "n={0} seed={1}")
  @MethodSource("lengths_and_seeds")
  void a_gram_matrix_has_the_rows_products_from_its_diagonal_on(int n, long seed) {
    Random random = new Random(seed);
    int rows = 1 + n / 3;
    float[] x = gaussians(random, rows * n + 4);
    for (TrainingKernel kernel : BOTH) {
      float[] gram = new float[n * n];
      Arrays.fill(gram, 1);
      kernel.addGram(x, 4, rows, n, gram);
      for (int i = 0; i < n; i++) {
        for (int j = i; j < n; j++) {
          double exact = 1;
          double magnitude = 1;
          for (int r = 0; r < rows; r++) {
            double term = (double) x[4 + r * n + i] * x[4 + r * n + j];
            exact += term;
            magnitude += Math.abs(term);
          }
          assertThat((double) gram[i * n + j])
              .isCloseTo(exact, within((rows + 2) * 0x1p-23 * magnitude));
        }
      }
    }
  }

  @ParameterizedTest(name = "n={0} seed={1}")
  @MethodSource("lengths_and_seeds")
  void a_solution_solves_its_system(int n, long seed) {
    Random random = new Random(seed);
    float[] x = gaussians(random, 2 * n * n);
    float[] system = new float[n * n];
    SCALAR.addGram(x, 0, 2 * n, n, system);
    float[] right = gaussians(random, n);
    for (int i = 0; i < n; i++) {
      system[i * n + i] += n;
    }
    for (TrainingKernel kernel : BOTH) {
      float[] solution = right.clone();
      assertThat(kernel.solve(system.clone(), n, solution)).isTrue();
      for (int i = 0; i < n; i++) {
        double product = 0;
        for (int j = 0; j < n; j++) {
          product += (double) system[Math.min(i, j) * n + Math.max(i, j)] * solution[j];
        }
        assertThat(product).isCloseTo(right[i], within(1e-4));
      }
    }
  }

  @Test
  void a_system_that_is_not_positive_definite_is_refused() {
    for (TrainingKernel kernel : BOTH) {
      assertThat(kernel.solve(new float[] {1, 2, 2, 1}, 2, new float[2])).isFalse();
      assertThat(kernel.solve(new float[] {Float.NaN}, 1, new float[1])).isFalse();
    }
  }

  @ParameterizedTest(name = "n={0} seed={1}")
  @MethodSource("lengths_and_seeds")
  void a_softmax_sums_to_one_and_keeps_the_ratios(int n, long seed) {
    Random random = new Random(seed);
    float[] x = gaussians(random, n + 5);
    for (int i = 0; i < x.length; i++) {
      x[i] *= 10;
    }
    double max = Float.NEGATIVE_INFINITY;
    for (int i = 3; i < n + 3; i++) {
      max = Math.max(max, x[i]);
    }
    double sum = 0;
    for (int i = 3; i < n + 3; i++) {
      sum += Math.exp(x[i] - max);
    }
    for (TrainingKernel kernel : BOTH) {
      float[] p = x.clone();
      double logSum = kernel.softmax(p, 3, n);
      assertThat(logSum).isCloseTo(max + Math.log(sum), within(1e-5));
      for (int i = 0; i < x.length; i++) {
        double exact = i >= 3 && i < n + 3 ? Math.exp(x[i] - max) / sum : x[i];
        double argument = Math.abs(x[i] - max); // rounding it alone moves its exponential
        double bound = (1e-6 + argument * 0x1p-23) * Math.abs(exact) + 1e-30;
        assertThat((double) p[i]).isCloseTo(exact, within(bound));
      }
    }
  }

  @Test
  void a_softmax_survives_huge_scores_and_passes_nan_on() {
    for (TrainingKernel kernel : BOTH) {
      float[] huge = new float[40];
      Arrays.fill(huge, -3e38f);
      huge[17] = 3e38f;
      assertThat(kernel.softmax(huge, 0, 40)).isEqualTo(3e38f);
      assertThat(huge[17]).isEqualTo(1);
      assertThat(huge[3]).isLessThan(1e-30f);
      float[] broken = new float[40];
      broken[5] = Float.NaN;
      assertThat(kernel.softmax(broken, 0, 40)).isNaN();
    }
  }

  @ParameterizedTest(name = "n={0} seed={1}")
  @MethodSource("lengths_and_seeds")
  void adam_moves_its_slice_by_the_papers_formula(int n, long seed) {
    Random random = new Random(seed);
    float[] gradient = gaussians(random, n + 1);
    float[] weights = gaussians(random, n + 2);
    float[] mean = gaussians(random, n + 2);
    float[] square = gaussians(random, n + 2);
    for (int i = 0; i < square.length; i++) {
      square[i] *= square[i];
    }
    for (TrainingKernel kernel : BOTH) {
      float[] w = weights.clone();
      float[] m = mean.clone();
      float[] v = square.clone();
      kernel.adam(w, 1, gradient, 0, m, v, n, 0.9f, 0.999f, 1e-8f, 0.1f, 2);
      assertThat(w[0]).isEqualTo(weights[0]);
      assertThat(w[n + 1]).isEqualTo(weights[n + 1]);
      for (int i = 0; i < n; i++) {
        double g = gradient[i];
        double m1 = 0.9 * mean[i + 1] + 0.1 * g;
        double v1 = 0.999 * square[i + 1] + 0.001 * g * g;
        double moved = weights[i + 1] - 0.1 * m1 / (2 * Math.sqrt(v1) + 1e-8);
        assertThat((double) m[i + 1]).isCloseTo(m1, within(1e-6));
        assertThat((double) v[i + 1]).isCloseTo(v1, within(1e-6 * (1 + v1)));
        assertThat((double) w[i + 1]).isCloseTo(moved, within(1e-5 * (1 + Math.abs(moved))));
      }
    }
  }

  @ParameterizedTest(name = "n={0} seed={1}")
  @MethodSource("lengths_and_seeds")
  void both_dots_stay_within_the_rounding_bound_of_the_exact_sum(int n, long seed) {
    Random random = new Random(seed);
    float[] a = gaussians(random, n + 5);
    float[] b = gaussians(random, n + 3);
    double exact = 0;
    double magnitude = 0;
    for (int i = 0; i < n; i++) {
      double term = (double) a[5 + i] * b[3 + i];
      exact += term;
      magnitude += Math.abs(term);
    }
    for (TrainingKernel kernel : BOTH) {
      assertThat((double) kernel.dot(a, 5, b, 3, n))
          .isCloseTo(exact, within((n + 1) * 0x1p-23 * magnitude));
    }
  }

  @ParameterizedTest(name = "n={0} seed={1}")
  @MethodSource("lengths_and_seeds")
  void a_pairwise_step_moves_all_three_from_their_old_values(int n, long seed) {
    Random random = new Random(seed);
    float[] u = gaussians(random, n + 1);
    float[] items = gaussians(random, 2 * n + 3);
    for (TrainingKernel kernel : BOTH) {
      double difference = 0;
      for (int d = 0; d < n; d++) {
        difference += (double) u[1 + d] * (items[d] - items[n + 2 + d]);
      }
      assertThat((double) kernel.dotDifference(u, 1, items, 0, items, n + 2, n))
          .isCloseTo(difference, within(1e-4));
      float[] user = u.clone();
      float[] both = items.clone();
      kernel.pairwiseStep(user, 1, both, 0, both, n + 2, n, 0.5f, 0.25f);
      assertThat(user[0]).isEqualTo(u[0]);
      assertThat(both[n]).isEqualTo(items[n]);
      for (int d = 0; d < n; d++) {
        float p = items[d];
        float q = items[n + 2 + d];
        assertThat(user[1 + d]).isCloseTo(0.75f * u[1 + d] + 0.5f * (p - q), within(1e-5f));
        assertThat(both[d]).isCloseTo(0.75f * p + 0.5f * u[1 + d], within(1e-5f));
        assertThat(both[n + 2 + d]).isCloseTo(0.75f * q - 0.5f * u[1 + d], within(1e-5f));
      }
    }
  }

  @ParameterizedTest(name = "n={0} seed={1}")
  @MethodSource("lengths_and_seeds")
  void the_first_above_is_found_wherever_it_is(int n, long seed) {
    for (TrainingKernel kernel : BOTH) {
      for (int at = 2; at < n + 2; at++) {
        float[] x = new float[n + 4];
        x[1] = 5;
        x[n + 2] = 5;
        x[at] = 1.5f;
        x[n + 1] = Math.max(x[n + 1], 1.25f);
        assertThat(kernel.firstAbove(x, 2, n + 2, 1)).isEqualTo(at);
        assertThat(kernel.firstAbove(x, 2, n + 2, 1.5f)).isEqualTo(n + 2);
      }
      float[] broken = new float[n];
      Arrays.fill(broken, Float.NaN);
      assertThat(kernel.firstAbove(broken, 0, n, Float.NEGATIVE_INFINITY)).isEqualTo(n);
    }
  }

  @Test
  void slices_outside_their_arrays_are_refused() {
    float[] four = new float[4];
    assertThatThrownBy(() -> SIMD.multiplyAdd(2, 2, 2, four, 1, 2, 1, four, 0, 2, four, 0, 2))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> SIMD.multiplyAdd(2, 2, 2, four, 0, 2, 1, four, 0, 3, four, 0, 2))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> SIMD.addGram(four, 0, 3, 2, four))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> SIMD.solve(four, 3, four))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> SIMD.firstAbove(four, 0, 5, 0))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void the_test_run_uses_the_vector_api() {
    assertThat(TrainingKernels.best().name()).startsWith("simd-");
  }

  /**
   * The Vector API may sum lanes in another order once a method is compiled; trained weights would
   * then depend on when that happens.
   */
  @Test
  void sums_have_the_bits_of_their_documented_order_before_and_after_compilation() {
    int n = 100;
    int width = SIMD.panelWidth() / 2;
    float[] x = gaussians(new Random(1), 500 * n);
    for (int round = 0; round < 200; round++) {
      for (int r = 0; r < 500; r++) {
        float[] lanes = new float[width];
        float[] differenceLanes = new float[width];
        int whole = n - n % width;
        for (int i = 0; i < whole; i++) {
          float a = x[r * n + i];
          float b = x[7 * n + i];
          lanes[i % width] = Math.fma(a, b, lanes[i % width]);
          differenceLanes[i % width] = Math.fma(a, b - x[9 * n + i], differenceLanes[i % width]);
        }
        float dot = sumByHalves(lanes);
        float difference = sumByHalves(differenceLanes);
        for (int i = whole; i < n; i++) {
          dot += x[r * n + i] * x[7 * n + i];
          difference += x[r * n + i] * (x[7 * n + i] - x[9 * n + i]);
        }
        assertThat(SIMD.dot(x, r * n, x, 7 * n, n)).isEqualTo(dot);
        assertThat(SIMD.dotDifference(x, r * n, x, 7 * n, x, 9 * n, n)).isEqualTo(difference);
      }
    }
  }

  private static float sumByHalves(float[] lanes) {
    for (int half = lanes.length / 2; half > 0; half /= 2) {
      for (int l = 0; l < half; l++) {
        lanes[l] += lanes[l + half];
      }
    }
    return lanes[0];
  }

  @Test
  void a_softmax_has_the_same_bits_before_and_after_compilation() {
    float[] x = gaussians(new Random(1), 100);
    float[] first = x.clone();
    double logSum = SIMD.softmax(first, 0, 100);
    for (int round = 0; round < 50_000; round++) {
      float[] again = x.clone();
      assertThat(SIMD.softmax(again, 0, 100)).isEqualTo(logSum);
      assertThat(again[17]).isEqualTo(first[17]);
    }
  }

  @Test
  void kernels_stop_allocating_once_they_are_compiled() {
    float[] x = gaussians(new Random(1), 64 * 64);
    float[] y = gaussians(new Random(2), 64 * 64);
    float[] z = new float[64 * 64];
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long allocated = Long.MAX_VALUE;
    for (int round = 0; round < 200 && allocated > 100_000; round++) { // until C2 is done
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < 5_000; i++) {
        once(x, y, z);
      }
      allocated = threads.getCurrentThreadAllocatedBytes() - before;
    }
    assertThat(allocated).as("bytes for 5,000 calls of each").isLessThan(100_000);
  }

  private static void once(float[] x, float[] y, float[] z) {
    SIMD.multiplyAdd(4, 64, 16, x, 0, 16, 1, y, 0, 64, z, 0, 64);
    SIMD.softmax(z, 0, 64);
    SIMD.pairwiseStep(x, 0, y, 0, y, 64, 64, 1e-9f, 0);
    SIMD.adam(x, 0, y, 0, z, z, 64, 0.9f, 0.999f, 1e-8f, 1e-9f, 1);
    SIMD.firstAbove(z, 0, 64, 1e9f);
  }

  private static float[] gaussians(Random random, int n) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }
}
