package org.espalier.embeddings.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class EncodingTest {

  static Stream<Arguments> everyEncodingAndSomeSeeds() {
    return Arrays.stream(Encoding.values())
        .flatMap(encoding -> Stream.of(1L, 2L, 3L, 4L).map(seed -> Arguments.of(encoding, seed)));
  }

  @ParameterizedTest(name = "{0} seed={1}")
  @MethodSource("everyEncodingAndSomeSeeds")
  void encoding_what_was_decoded_gives_the_same_bytes_within_the_bound(
      Encoding encoding, long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < 2_000; i++) {
      float[] row = adversarial(random, encoding, random.nextInt(70));
      int size = row.length;
      assertThat(encoding.firstInvalid(row, 0, size)).isEqualTo(-1);
      byte[] payload = encoding.encode(row, 0, size);
      float[] decoded = new float[size];
      encoding.decode(payload, size, decoded, 0);
      double bound = encoding.errorBound(row, 0, size);
      for (int d = 0; d < size; d++) {
        assertThat(Math.abs((double) decoded[d] - row[d]))
            .as("value %d of %s", d, Arrays.toString(row))
            .isLessThanOrEqualTo(bound);
      }
      assertThat(encoding.encode(decoded, 0, size))
          .as(() -> "again, of " + Arrays.toString(row))
          .isEqualTo(payload);
    }
  }

  @Test
  void a_bound_is_what_the_encoding_promises() {
    float[] row = {1, -2, 100, 0.5f};
    assertThat(Encoding.FP32.errorBound(row, 0, 4)).isZero();
    assertThat(Encoding.FP16.errorBound(row, 0, 4)).isEqualTo(100 / 2048f);
    assertThat(Encoding.BF16.errorBound(row, 0, 4)).isEqualTo(100 / 256f);
    assertThat(Encoding.INT8.errorBound(row, 0, 4)).isBetween(100 / 254f, 100 / 253.8f);
    assertThat(Encoding.INT4.errorBound(row, 0, 4)).isBetween(100 / 14f, 100 / 13.8f);
    assertThat(Encoding.MIXED.errorBound(new float[] {100, 1, 1, 1}, 0, 4))
        .as("the outlier is a half")
        .isEqualTo(100 / 2048f);
  }

  @Test
  void payloads_have_the_bytes_that_are_promised() {
    assertThat(bytesOfSizes(Encoding.FP32)).containsExactly(0, 4, 28, 256);
    assertThat(bytesOfSizes(Encoding.FP16)).containsExactly(0, 2, 14, 128);
    assertThat(bytesOfSizes(Encoding.BF16)).containsExactly(0, 2, 14, 128);
    assertThat(bytesOfSizes(Encoding.INT8)).containsExactly(0, 5, 11, 68);
    assertThat(bytesOfSizes(Encoding.INT4)).containsExactly(0, 3, 6, 36);
    assertThat(bytesOfSizes(Encoding.MIXED)).containsExactly(0, 2, 12, 76);
  }

  @Test
  void codes_on_disk_never_change() {
    assertThat(Arrays.stream(Encoding.values()).map(e -> e.code() + " " + e))
        .containsExactly("1 FP32", "2 FP16", "3 BF16", "4 INT8", "5 INT4", "6 MIXED");
    for (Encoding encoding : Encoding.values()) {
      assertThat(Encoding.ofCode(encoding.code())).isEqualTo(encoding);
    }
  }

  @ParameterizedTest
  @EnumSource
  void what_cannot_be_encoded_is_found_before_it_is(Encoding encoding) {
    for (float bad : List.of(Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY)) {
      for (int d = 0; d < 9; d++) {
        float[] row = new float[10];
        row[d + 1] = bad;
        assertThat(encoding.firstInvalid(row, 1, 9)).isEqualTo(d);
        assertThat(encoding.complaint(d, bad)).isEqualTo("value %d is %s".formatted(d, bad));
      }
    }
  }

  @Test
  void a_value_that_would_become_infinite_is_refused_with_its_place() {
    assertThat(Encoding.FP16.firstInvalid(new float[] {1, 65_519, -65_520}, 0, 3)).isEqualTo(2);
    assertThat(Encoding.BF16.firstInvalid(new float[] {1, Float.MAX_VALUE}, 0, 2)).isEqualTo(1);
    assertThat(Encoding.MIXED.firstInvalid(new float[] {1, 65_520}, 0, 2))
        .as("beyond the halves")
        .isEqualTo(-1);
    assertThatIllegalArgumentException()
        .isThrownBy(() ->
            MultiSizeTable.builder("item", "entity", 4)
                .encoding(4, Encoding.FP16)
                .add(7, new float[] {1, 2}, 0, 2)
                .add(9, new float[] {1, 2, -70_000, 4}, 0, 4))
        .withMessage(
            "table item: row 1 (token 9): value 2 is -70000.0, which is too large for FP16");
    MultiSizeTable table =
        MultiSizeTable.uniform("item", "entity", 2, new int[] {5, 6}, new float[] {1, 2, 3, 1e6f});
    assertThatIllegalArgumentException()
        .isThrownBy(() -> table.encoded(Encoding.FP16))
        .withMessage("table item, token 6: value 1 is 1000000.0, which is too large for FP16");
  }

  @ParameterizedTest
  @EnumSource
  void the_measured_error_is_that_of_a_plain_loop_and_within_the_bound(Encoding encoding) {
    Random random = new Random(3);
    int dim = 40;
    int[] tokens = new int[200];
    float[] values = new float[200 * dim];
    Arrays.setAll(tokens, t -> 3 * t);
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    MultiSizeTable exact = MultiSizeTable.uniform("item", "entity", dim, tokens, values);
    MultiSizeTable coded = exact.encoded(encoding);
    float[] query = new float[dim];
    Arrays.fill(query, 1);
    double squares = 0;
    double max = 0;
    double scores = 0;
    double errors = 0;
    float[] decoded = new float[dim];
    for (int t = 0; t < tokens.length; t++) {
      encoding.decode(encoding.encode(values, t * dim, dim), dim, decoded, 0);
      float bound = encoding.errorBound(values, t * dim, dim);
      double score = 0;
      double error = 0;
      for (int d = 0; d < dim; d++) {
        double off = (double) decoded[d] - values[t * dim + d];
        assertThat(Math.abs(off)).isLessThanOrEqualTo(bound);
        squares += off * off;
        max = Math.max(max, Math.abs(off));
        score += values[t * dim + d];
        error += off;
      }
      scores += score * score;
      errors += error * error;
    }
    EncodingError measured = EncodingError.measure(exact, coded, query);
    assertThat(measured)
        .isEqualTo(
            new EncodingError(Math.sqrt(squares / values.length), max, Math.sqrt(errors / scores)));
    assertThat(measured.scoreError()).isLessThan(encoding == Encoding.INT4 ? 0.15 : 0.01);
  }

  @Test
  void re_encoding_keeps_tokens_sizes_and_what_is_not_named() {
    Random random = new Random(4);
    MultiSizeTableBuilder builder =
        MultiSizeTable.builder("item", "entity", 8)
            .encoding(Encoding.BF16)
            .encoding(4, Encoding.INT8);
    for (int token = 0; token < 100; token++) {
      int size = new int[] {0, 1, 2, 4, 8}[random.nextInt(5)];
      builder.add(token, adversarial(random, Encoding.FP16, size), 0, size);
    }
    MultiSizeTable table = builder.build();
    assertThat(table.shape().groups())
        .extracting(SizeGroup::encoding)
        .containsExactly(Encoding.BF16, Encoding.BF16, Encoding.BF16, Encoding.INT8, Encoding.BF16);
    MultiSizeTable coded = table.encoded(size -> size == 8 ? Encoding.INT4 : Encoding.BF16);
    float[] before = new float[8];
    float[] after = new float[8];
    for (int token = 0; token < 100; token++) {
      int size = table.sizeOf(token);
      assertThat(coded.sizeOf(token)).isEqualTo(size);
      table.copyRow(token, before, 0);
      coded.copyRow(token, after, 0);
      Encoding last = size == 8 ? Encoding.INT4 : Encoding.BF16;
      last.decode(last.encode(before, 0, size), size, before, 0);
      assertThat(Arrays.copyOf(after, size)).containsExactly(Arrays.copyOf(before, size));
    }
  }

  private static int[] bytesOfSizes(Encoding encoding) {
    return Arrays.stream(new int[] {0, 1, 7, 64}).map(encoding::payloadBytes).toArray();
  }

  /** Zeros, subnormals, outliers, the largest values, equal values, ties between two codes. */
  private static float[] adversarial(Random random, Encoding encoding, int size) {
    float largest =
        switch (encoding) {
          case FP16 -> Math.nextDown(65_520f);
          case BF16 -> Math.nextDown(Float.intBitsToFloat(0x7f7f8000));
          default -> Float.MAX_VALUE;
        };
    int kind = random.nextInt(10);
    float one = random.nextFloat();
    float[] row = new float[size];
    for (int d = 0; d < size; d++) {
      row[d] =
          switch (kind) {
            case 0 -> random.nextBoolean() ? 0f : -0f;
            case 1 -> Float.MIN_VALUE * random.nextInt(-2000, 2000);
            case 2 -> Float.intBitsToFloat(random.nextInt(0x00ffffff)); // around the normal ones
            case 3 -> one;
            case 4 -> d == size / 2 ? 60_000 : random.nextFloat() - 0.5f;
            case 5 -> random.nextBoolean() ? largest : -largest;
            case 6 -> d == 0 ? 127 : random.nextInt(-254, 255) / 2f;
            case 7 -> (float) (random.nextGaussian() * 6e-6); // subnormal halves
            case 8 -> Math.clamp(Float.intBitsToFloat(random.nextInt()), -largest, largest);
            default -> (float) random.nextGaussian();
          };
      if (Float.isNaN(row[d]) || (encoding == Encoding.MIXED && Math.abs(row[d]) >= 65_520)) {
        row[d] = d < Encoding.leadingHalves(size) ? one : largest;
      }
    }
    return row;
  }
}
