package org.espalier.embeddings.kernel;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.espalier.embeddings.kernel.CodedBlockKernel.ROWS;
import static org.espalier.embeddings.kernel.CodedBlockKernel.RUN;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import java.util.stream.Stream;
import org.espalier.embeddings.Allocations;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class CodedBlockKernelTest {

  private static final CodedBlockKernel SCALAR = new ScalarCodedKernel();
  private static final CodedBlockKernel SIMD = FloatKernels.codedBlocks();
  private static final int BLOCKS = 3;

  private final Arena memory = Arena.ofConfined();

  /** A layout: how it is filled, and the two kernels over it. */
  enum Layout {
    HALVES,
    BFLOATS,
    BYTES,
    HALVES_AND_BYTES,
    NIBBLES;

    int halves(int size) {
      return this == HALVES_AND_BYTES ? (size + 7) / 8 : 0;
    }

    long blockBytes(int size) {
      return switch (this) {
        case HALVES, BFLOATS -> CodedBlockKernel.shortBlockBytes(size);
        case BYTES, HALVES_AND_BYTES -> CodedBlockKernel.byteBlockBytes(size, halves(size));
        case NIBBLES -> CodedBlockKernel.nibbleBlockBytes(size);
      };
    }

    void dot(
        CodedBlockKernel kernel,
        MemorySegment data,
        long at,
        int size,
        int count,
        float[] query,
        int queryAt,
        float[] scores) {
      switch (this) {
        case HALVES -> kernel.dotHalves(data, at, size, count, query, queryAt, scores);
        case BFLOATS -> kernel.dotBfloats(data, at, size, count, query, queryAt, scores);
        case BYTES, HALVES_AND_BYTES ->
            kernel.dotBytes(data, at, size, halves(size), count, query, queryAt, scores);
        case NIBBLES -> kernel.dotNibbles(data, at, size, count, query, queryAt, scores);
      }
    }

    float dotLane(
        CodedBlockKernel kernel,
        MemorySegment data,
        long at,
        int lane,
        int size,
        float[] query,
        int queryAt) {
      return switch (this) {
        case HALVES -> kernel.dotHalvesLane(data, at, lane, size, query, queryAt);
        case BFLOATS -> kernel.dotBfloatsLane(data, at, lane, size, query, queryAt);
        case BYTES, HALVES_AND_BYTES ->
            kernel.dotBytesLane(data, at, lane, size, halves(size), query, queryAt);
        case NIBBLES -> kernel.dotNibblesLane(data, at, lane, size, query, queryAt);
      };
    }

    /** Writes a random value and returns it. */
    double put(MemorySegment data, long block, int lane, int size, int d, Random random) {
      int halves = this == HALVES ? size : halves(size);
      if (d < halves) {
        short half = (short) random.nextInt(0x10000);
        half = (half & 0x7c00) == 0x7c00 ? (short) (half & ~0x4000) : half; // not finite
        data.set(JAVA_SHORT, block + 2L * d * ROWS + lane * 2L, half);
        return Float.float16ToFloat(half);
      }
      if (this == BFLOATS) {
        short bits = Bfloats.bits((float) random.nextGaussian());
        data.set(JAVA_SHORT, block + 2L * d * ROWS + lane * 2L, bits);
        return Bfloats.value(bits);
      }
      if (this == NIBBLES) {
        long run = block + d / RUN * (ROWS * 2L + RUN / 2 * ROWS);
        if (d % RUN == 0) {
          data.set(JAVA_SHORT, run + lane * 2L, Bfloats.bits(random.nextFloat() + 0.1f));
        }
        int number = random.nextInt(-8, 8);
        long pairAt = run + ROWS * 2L + d % RUN / 2 * (long) ROWS + lane;
        int before = d % 2 == 0 ? random.nextInt(256) : data.get(JAVA_BYTE, pairAt);
        int pair = d % 2 == 0 ? (before & 0xf0) | (number & 0xf) : (before & 0xf) | (number << 4);
        data.set(JAVA_BYTE, pairAt, (byte) pair);
        return number * (double) Bfloats.value(data.get(JAVA_SHORT, run + lane * 2L));
      }
      long scales = block + 2L * halves * ROWS;
      if (d == halves) {
        data.set(JAVA_FLOAT, scales + lane * 4L, random.nextFloat() + 0.1f);
      }
      byte number = (byte) random.nextInt(256);
      data.set(JAVA_BYTE, scales + ROWS * 4L + (d - halves) * (long) ROWS + lane, number);
      return number * (double) data.get(JAVA_FLOAT, scales + lane * 4L);
    }
  }

  static Stream<Arguments> everyLayoutAndSize() {
    return Stream.of(Layout.values())
        .flatMap(layout ->
            Stream.of(0, 1, 2, 3, 5, 8, 16, 31, 32, 33, 64, 67)
                .map(size -> Arguments.of(layout, size, size + 17L)));
  }

  @AfterEach
  void free() {
    memory.close();
  }

  @ParameterizedTest(name = "{0} size={1} seed={2}")
  @MethodSource("everyLayoutAndSize")
  void both_kernels_stay_within_the_rounding_bound_and_score_a_row_as_its_block(
      Layout layout, int size, long seed) {
    Random random = new Random(seed);
    MemorySegment data = memory.allocate(64 + BLOCKS * layout.blockBytes(size) + 64, 64);
    float[] query = new float[size + 3];
    for (int i = 0; i < query.length; i++) {
      query[i] = (float) random.nextGaussian();
    }
    double[] exact = new double[BLOCKS * ROWS];
    double[] magnitude = new double[BLOCKS * ROWS];
    for (int i = 0; i < BLOCKS * ROWS; i++) {
      for (int d = 0; d < size; d++) {
        long block = 64 + i / ROWS * layout.blockBytes(size);
        double term = query[2 + d] * layout.put(data, block, i % ROWS, size, d, random);
        exact[i] += term;
        magnitude[i] += Math.abs(term);
      }
    }
    for (CodedBlockKernel kernel : new CodedBlockKernel[] {SCALAR, SIMD}) {
      float[] scores = new float[BLOCKS * ROWS];
      layout.dot(kernel, data, 64, size, BLOCKS, query, 2, scores);
      for (int i = 0; i < scores.length; i++) {
        assertThat((double) scores[i])
            .isCloseTo(exact[i], within((size + 2) * 0x1p-23 * magnitude[i]));
        long block = 64 + i / ROWS * layout.blockBytes(size);
        float lane = layout.dotLane(kernel, data, block, i % ROWS, size, query, 2);
        assertThat(Float.floatToRawIntBits(lane)).isEqualTo(Float.floatToRawIntBits(scores[i]));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void nothing_outside_its_segment_or_arrays_is_touched(Layout layout) {
    MemorySegment block = memory.allocate(layout.blockBytes(9), 64);
    float[] nine = new float[9];
    float[] lanes = new float[ROWS];
    layout.dot(SIMD, block, 0, 9, 1, nine, 0, lanes);
    assertThatThrownBy(() -> layout.dot(SIMD, block, 0, 9, 2, nine, 0, new float[2 * ROWS]))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> layout.dot(SIMD, block, 2, 9, 1, nine, 0, lanes))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> layout.dot(SIMD, block, 0, 9, 1, nine, 1, lanes))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> layout.dot(SIMD, block, 0, 9, 1, nine, 0, new float[ROWS - 1]))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> layout.dotLane(SIMD, block, 0, ROWS, 9, nine, 0))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @ParameterizedTest
  @EnumSource
  void warm_kernels_do_not_allocate(Layout layout) {
    MemorySegment data = memory.allocate(4 * layout.blockBytes(37), 64);
    float[] query = new float[37];
    float[] scores = new float[4 * ROWS];
    float[] sink = new float[1];
    long allocated =
        Allocations.leastOfManyRounds(
            1000,
            () -> {
              for (int i = 0; i < 10_000; i++) {
                layout.dot(SIMD, data, 0, 37, 4, query, 0, scores);
                sink[0] += layout.dotLane(SIMD, data, 0, 3, 37, query, 0) + scores[7];
              }
            });
    assertThat(sink[0]).isZero();
    assertThat(allocated).as("bytes for 10,000 calls").isLessThanOrEqualTo(1000);
  }
}
