package org.espalier.search.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class PoolingKernelTest {

  private static final PoolingKernel SCALAR = new ScalarPoolingKernel();
  private static final PoolingKernel SIMD = PoolingKernels.best();
  private static final PoolingKernel[] BOTH = {SCALAR, SIMD};

  static Stream<Integer> widths() {
    return IntStream.rangeClosed(1, 40).boxed();
  }

  @ParameterizedTest(name = "width={0} seed=width")
  @MethodSource("widths")
  void rows_are_summed_and_added_to_as_the_index_names_them(int width) {
    Random random = new Random(width);
    float[] rows = gaussians(random, 6 * width);
    int[] index = {9, 4, 0, 4, 2, 9}; // the kernel reads the four in the middle
    for (PoolingKernel kernel : BOTH) {
      float[] sums = new float[width + 2];
      kernel.sumRows(rows, width, index, 1, 4, sums, 1);
      float[] changed = rows.clone();
      kernel.addToRows(0.5f, sums, 1, index, 1, 4, changed, width);
      for (int d = 0; d < width; d++) {
        double sum = 2.0 * rows[4 * width + d] + rows[d] + rows[2 * width + d];
        double bound =
            8
                * 0x1p-23
                * (2 * Math.abs(rows[4 * width + d])
                    + Math.abs(rows[d])
                    + Math.abs(rows[2 * width + d]));
        assertThat((double) sums[1 + d]).isCloseTo(sum, within(bound));
        assertThat(changed[width + d]).isEqualTo(rows[width + d]);
        assertThat((double) changed[4 * width + d])
            .isCloseTo(rows[4 * width + d] + sum, within(2 * bound));
        assertThat((double) changed[d]).isCloseTo(rows[d] + 0.5 * sum, within(2 * bound));
      }
      assertThat(sums[0]).isZero();
      assertThat(sums[width + 1]).isZero();
    }
  }

  @Test
  void a_row_outside_its_matrix_is_refused() {
    float[] four = new float[4];
    int[] third = {2};
    assertThatThrownBy(() -> SIMD.sumRows(four, 2, third, 0, 1, four, 0))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> SIMD.addToRows(1, four, 0, third, 0, 1, four, 2))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> SIMD.addToRows(1, four, 3, third, 0, 1, four, 2))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void a_warm_kernel_allocates_nothing() {
    float[] matrix = gaussians(new Random(1), 64 * 64);
    float[] target = new float[64 * 64];
    int[] index = {1, 2, 3};
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long allocated = Long.MAX_VALUE;
    for (int round = 0; round < 40 && allocated > 1_000; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < 3_000; i++) {
        SIMD.sumRows(matrix, 64, index, 0, 3, target, 0);
        SIMD.addToRows(0.1f, matrix, 0, index, 0, 3, target, 64);
      }
      allocated = threads.getCurrentThreadAllocatedBytes() - before;
    }
    assertThat(allocated).isLessThanOrEqualTo(1_000);
  }

  @Test
  void the_test_run_uses_the_vector_api() {
    assertThat(PoolingKernels.best()).isInstanceOf(VectorPoolingKernel.class);
  }

  private static float[] gaussians(Random random, int n) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }
}
