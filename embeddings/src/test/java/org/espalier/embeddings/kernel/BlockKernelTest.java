package org.espalier.embeddings.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.espalier.embeddings.Allocations;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class BlockKernelTest {

  private static final int ROWS = BlockKernel.ROWS;
  private static final BlockKernel SCALAR = new ScalarBlockKernel();
  private static final BlockKernel SIMD = FloatKernels.blocks();

  private final Arena memory = Arena.ofConfined();

  @AfterEach
  void free() {
    memory.close();
  }

  static Stream<Arguments> every_tail_length_and_awkward_sizes() {
    return IntStream.concat(IntStream.rangeClosed(0, 70), IntStream.of(127, 176, 207, 702))
        .boxed()
        .flatMap(size -> Stream.of(1L, 2L, 3L).map(seed -> Arguments.of(size, seed)));
  }

  @ParameterizedTest(name = "size={0} seed={1}")
  @MethodSource("every_tail_length_and_awkward_sizes")
  void both_kernels_stay_within_the_rounding_bound_of_the_exact_sum(int size, long seed) {
    Random random = new Random(seed);
    int blockCount = 1 + random.nextInt(3);
    float[][] rows = new float[blockCount * ROWS][size];
    MemorySegment blocks = interleave(random, rows, size);
    float[] query = gaussians(random, size + 3);

    for (BlockKernel kernel : new BlockKernel[] {SCALAR, SIMD}) {
      float[] before = gaussians(random, rows.length + 6);
      float[] all = before.clone();
      kernel.dotBlocks(blocks, 64, size, blockCount, query, 3, all, 5);
      float[] scores = Arrays.copyOfRange(all, 5, 5 + rows.length);
      for (int r = 0; r < rows.length; r++) {
        double exact = 0;
        double magnitude = 0;
        for (int d = 0; d < size; d++) {
          double term = (double) query[3 + d] * rows[r][d];
          exact += term;
          magnitude += Math.abs(term);
        }
        assertThat((double) scores[r]).isCloseTo(exact, within((size + 1) * 0x1p-23 * magnitude));
        long blockAt = 64 + (long) (r / ROWS) * size * ROWS * 4;
        assertThat(kernel.dotLane(blocks, blockAt, r % ROWS, size, query, 3))
            .as("the same bits for one row as for its block")
            .isEqualTo(scores[r]);
      }
      for (int i : new int[] {0, 1, 2, 3, 4, rows.length + 5}) {
        assertThat(all[i]).as("untouched").isEqualTo(before[i]);
      }
    }
  }

  @ParameterizedTest(name = "size={0}")
  @ValueSource(ints = {1, 3, 4, 7, 8, 16, 27, 31, 32, 33, 64, 100})
  void every_value_of_a_block_has_a_place_of_its_own_and_none_is_left_over(int size) {
    BitSet places = new BitSet();
    for (int lane = 0; lane < ROWS; lane++) {
      for (int d = 0; d < size; d++) {
        long valueAt = BlockKernel.valueAt(size, lane, d);
        assertThat(valueAt % 4).isZero();
        places.set((int) valueAt / 4);
      }
    }
    assertThat(places.cardinality()).isEqualTo(ROWS * size);
    assertThat(places.length()).isEqualTo(ROWS * size);
  }

  @ParameterizedTest(name = "seed={0}")
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void both_kernels_find_the_first_score_that_reaches_a_threshold(long seed) {
    Random random = new Random(seed);
    float[] scores = gaussians(random, 100);
    scores[17] = Float.NaN;
    scores[18] = Float.POSITIVE_INFINITY;
    scores[40] = Float.NEGATIVE_INFINITY;
    for (int from = 0; from <= 100; from++) {
      int to = from + random.nextInt(101 - from);
      float threshold = to > from ? scores[from + random.nextInt(to - from)] : 0;
      int expected = from;
      while (expected < to && !(scores[expected] >= threshold)) {
        expected++;
      }
      assertThat(SCALAR.firstAtLeast(scores, from, to, threshold)).isEqualTo(expected);
      assertThat(SIMD.firstAtLeast(scores, from, to, threshold)).isEqualTo(expected);
    }
  }

  @Test
  void nothing_outside_its_segment_or_arrays_is_touched() {
    MemorySegment oneBlock = memory.allocate(4 * ROWS * 4, 64);
    float[] four = new float[4];
    float[] lanes = new float[ROWS];
    assertThatThrownBy(() -> SIMD.dotBlocks(oneBlock, 0, 4, 2, four, 0, new float[2 * ROWS], 0))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> SIMD.dotBlocks(oneBlock, 4, 4, 1, four, 0, lanes, 0))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> SIMD.dotBlocks(oneBlock, 0, 4, 1, four, 1, lanes, 0))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> SIMD.dotBlocks(oneBlock, 0, 4, 1, four, 0, new float[ROWS - 1], 0))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> SIMD.dotLane(oneBlock, 0, ROWS, 4, four, 0))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> SIMD.firstAtLeast(four, 0, 5, 0))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void memory_that_is_freed_is_an_error_and_no_crash() {
    Arena closed = Arena.ofShared();
    MemorySegment block = closed.allocate(4 * ROWS * 4, 64);
    closed.close();
    assertThatThrownBy(() -> SIMD.dotBlocks(block, 0, 4, 1, new float[4], 0, new float[ROWS], 0))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void warm_kernels_do_not_allocate() {
    MemorySegment blocks = memory.allocate(4L * 19 * ROWS * 4, 64);
    float[] query = gaussians(new Random(1), 19);
    float[] scores = new float[4 * ROWS];
    float[] sink = new float[1];
    long allocated =
        Allocations.leastOfManyRounds(
            1000,
            () -> {
              for (int i = 0; i < 10_000; i++) {
                sink[0] += once(blocks, query, scores);
              }
            });
    assertThat(sink[0]).isNotNaN();
    assertThat(allocated).as("bytes for 10,000 calls").isLessThanOrEqualTo(1000);
  }

  private static float once(MemorySegment blocks, float[] query, float[] scores) {
    SIMD.dotBlocks(blocks, 0, query.length, 4, query, 0, scores, 0);
    return SIMD.dotLane(blocks, 0, 3, query.length, query, 0)
        + SIMD.firstAtLeast(scores, 0, scores.length, 1);
  }

  /** Fills rows with random values and lays them out in blocks from byte 64. */
  private MemorySegment interleave(Random random, float[][] rows, int size) {
    MemorySegment blocks = memory.allocate(64 + (long) rows.length * size * 4, 64);
    for (int r = 0; r < rows.length; r++) {
      rows[r] = gaussians(random, size);
      for (int d = 0; d < size; d++) {
        long block = 64 + (long) (r / ROWS) * size * ROWS * 4;
        blocks.set(JAVA_FLOAT, block + BlockKernel.valueAt(size, r % ROWS, d), rows[r][d]);
      }
    }
    return blocks;
  }

  private static float[] gaussians(Random random, int n) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }
}
