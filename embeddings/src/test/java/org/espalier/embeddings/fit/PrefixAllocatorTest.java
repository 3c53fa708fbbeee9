package org.espalier.embeddings.fit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.stream.LongStream;
import org.espalier.embeddings.fit.PrefixAllocator.Allocation;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class PrefixAllocatorTest {

  private static final int ROWS = 5;
  private static final int[] SIZES = {0, 1, 3, 4};

  static LongStream seeds() {
    return LongStream.rangeClosed(1, 40);
  }

  private static float[] gains(long seed) {
    Random random = new Random(seed);
    float[] gains = new float[ROWS * SIZES.length];
    for (int r = 0; r < ROWS; r++) {
      float sum = seed % 2 == 0 ? 0 : random.nextFloat() - 0.5f; // a default row may save or cost
      for (int s = 0; s < SIZES.length; s++) {
        gains[r * SIZES.length + s] = sum;
        sum += (float) Math.exp(random.nextGaussian());
      }
    }
    return gains;
  }

  @ParameterizedTest(name = "seed={0}")
  @MethodSource("seeds")
  void what_is_spent_is_within_the_budget_and_near_the_optimum(long seed) {
    float[] gains = gains(seed);
    PrefixAllocator allocator = new PrefixAllocator(SIZES, gains);
    for (int budget = 0; budget <= ROWS * 4; budget++) {
      Allocation found = allocator.allocate(budget);
      long numbers = 0;
      double gain = 0;
      double largestStep = 0;
      for (int r = 0; r < ROWS; r++) {
        numbers += SIZES[found.choices()[r]];
        gain += gains[r * SIZES.length + found.choices()[r]];
        largestStep = Math.max(largestStep, gains[r * SIZES.length + 3] - gains[r * SIZES.length]);
      }
      assertThat(found.numbers()).isEqualTo(numbers).isLessThanOrEqualTo(budget);
      assertThat(found.gain()).isCloseTo(gain, within(1e-9));
      double optimum = exhaustive(gains, budget);
      assertThat(gain).isBetween(optimum - largestStep, optimum + 1e-5);
      if (budget == ROWS * 4) {
        assertThat(gain).isCloseTo(optimum, within(1e-9));
      }
    }
  }

  @ParameterizedTest(name = "seed={0}")
  @MethodSource("seeds")
  void a_price_is_the_optimum_of_what_it_spends_and_a_higher_one_spends_less(long seed) {
    float[] gains = gains(seed);
    PrefixAllocator allocator = new PrefixAllocator(SIZES, gains);
    long before = Long.MAX_VALUE;
    for (double price = 0; price < 4; price += 0.05) {
      long numbers = allocator.numbersAt(price);
      assertThat(numbers).isLessThanOrEqualTo(before);
      before = numbers;
      double priced = 0;
      for (int r = 0; r < ROWS; r++) {
        double best = Double.NEGATIVE_INFINITY;
        for (int s = 0; s < SIZES.length; s++) {
          best = Math.max(best, gains[r * SIZES.length + s] - price * SIZES[s]);
        }
        priced += best;
      }
      assertThat(priced + price * numbers).isCloseTo(exhaustive(gains, numbers), within(1e-5));
    }
  }

  private static double exhaustive(float[] gains, long budget) {
    double best = Double.NEGATIVE_INFINITY;
    for (int code = 0; code < Math.pow(SIZES.length, ROWS); code++) {
      double gain = 0;
      long numbers = 0;
      int rest = code;
      for (int r = 0; r < ROWS; r++) {
        int s = rest % SIZES.length;
        rest /= SIZES.length;
        gain += gains[r * SIZES.length + s];
        numbers += SIZES[s];
      }
      if (numbers <= budget) {
        best = Math.max(best, gain);
      }
    }
    return best;
  }
}
