package org.espalier.embeddings.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.espalier.embeddings.Allocations;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class FloatKernelTest {

  private static final FloatKernel SCALAR = new ScalarFloatKernel();
  private static final FloatKernel SIMD = FloatKernels.best();

  static Stream<Arguments> every_tail_length_and_some_seeds() {
    return IntStream.rangeClosed(0, 70)
        .boxed()
        .flatMap(n -> Stream.of(1L, 2L, 3L).map(seed -> Arguments.of(n, seed)));
  }

  @ParameterizedTest(name = "n={0} seed={1}")
  @MethodSource("every_tail_length_and_some_seeds")
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
    var bound = within((n + 1) * 0x1p-23 * magnitude);
    assertThat((double) SCALAR.dot(a, 5, b, 3, n)).isCloseTo(exact, bound);
    assertThat((double) SIMD.dot(a, 5, b, 3, n)).isCloseTo(exact, bound);
  }

  @ParameterizedTest(name = "n={0} seed={1}")
  @MethodSource("every_tail_length_and_some_seeds")
  void both_axpys_write_their_slice_and_nothing_else(int n, long seed) {
    Random random = new Random(seed);
    float[] x = gaussians(random, n + 2);
    float[] before = gaussians(random, n + 9);
    for (FloatKernel kernel : new FloatKernel[] {SCALAR, SIMD}) {
      float[] y = before.clone();
      kernel.axpy(0.75f, x, 2, y, 4, n);
      for (int i = 0; i < y.length; i++) {
        boolean inside = i >= 4 && i < 4 + n;
        double exact = inside ? before[i] + 0.75 * x[2 + i - 4] : before[i];
        assertThat((double) y[i]).isCloseTo(exact, within(Math.abs(exact) * 0x1p-22 + 1e-7));
      }
    }
  }

  @Test
  void a_slice_outside_its_array_is_refused() {
    float[] four = new float[4];
    assertThatThrownBy(() -> SIMD.dot(four, 1, four, 0, 4))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> SIMD.scoreRows(four, 0, 4, four, 2, four))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void the_test_run_uses_the_vector_api() {
    assertThat(FloatKernels.best().name()).startsWith("simd-");
  }

  @Test
  void warm_kernels_do_not_allocate() {
    float[] a = gaussians(new Random(1), 64);
    float[] b = gaussians(new Random(2), 64);
    float[] sink = new float[1];
    long allocated =
        Allocations.leastOfManyRounds(
            1000,
            () -> {
              for (int i = 0; i < 10_000; i++) {
                sink[0] += once(a, b);
              }
            });
    assertThat(sink[0]).isNotNaN();
    assertThat(allocated).as("bytes for 10,000 calls").isLessThanOrEqualTo(1000);
  }

  private static float once(float[] a, float[] b) {
    SIMD.axpy(1e-9f, a, 0, b, 0, 64);
    return SIMD.dot(a, 0, b, 0, 64);
  }

  private static float[] gaussians(Random random, int n) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }
}
