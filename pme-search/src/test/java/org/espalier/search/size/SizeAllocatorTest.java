package org.espalier.search.size;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.espalier.search.model.Projecting;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class SizeAllocatorTest {

  private static final int TOKENS = 5;
  private static final int DIM = 4;
  private static final int[] ALL = {0, 1, 2, 3, 4};

  static LongStream seeds() {
    return LongStream.rangeClosed(1, 60);
  }

  @ParameterizedTest(name = "seed={0}")
  @MethodSource("seeds")
  void with_every_size_allowed_the_gain_is_the_exhaustive_optimum(long seed) {
    GainCurves curves = GainCurves.ofBest(saliency(seed), DIM);
    for (int budget = 0; budget <= TOKENS * DIM + 1; budget++) {
      Allocation found = allocator(curves, Projecting.NESTED).allocate(ALL, budget);
      assertThat(found.numbers()).isLessThanOrEqualTo(budget);
      assertThat(found.gain())
          .isCloseTo(exhaustive(curves, Projecting.NESTED, ALL, budget), within(1e-9));
    }
  }

  @ParameterizedTest(name = "seed={0}")
  @MethodSource("seeds")
  void with_gaps_between_sizes_at_most_one_tokens_step_is_missing(long seed) {
    GainCurves curves = GainCurves.ofBest(saliency(seed), DIM);
    int[] allowed = {0, 1, 4};
    double largestStep =
        IntStream.range(0, TOKENS).mapToDouble(t -> curves.gain(t, DIM)).max().orElseThrow();
    for (int budget = 0; budget <= TOKENS * DIM; budget++) {
      Allocation found = allocator(curves, Projecting.NESTED).allocate(allowed, budget);
      double optimum = exhaustive(curves, Projecting.NESTED, allowed, budget);
      assertThat(found.numbers()).isLessThanOrEqualTo(budget);
      assertThat(found.gain()).isBetween(optimum - largestStep, optimum + 1e-9);
      assertThat(found.gain()) // and it is the optimum of what it spends
          .isCloseTo(
              exhaustive(curves, Projecting.NESTED, allowed, found.numbers()), within(largestStep));
    }
  }

  @ParameterizedTest(name = "seed={0}")
  @MethodSource("seeds")
  void projections_are_paid_for_out_of_the_same_budget(long seed) {
    GainCurves curves = GainCurves.ofBest(saliency(seed), DIM);
    double largestStep =
        IntStream.range(0, TOKENS).mapToDouble(t -> curves.gain(t, DIM)).max().orElseThrow();
    for (int budget = 0; budget <= TOKENS * DIM; budget++) {
      Allocation found = allocator(curves, Projecting.PROJECTED).allocate(ALL, budget);
      assertThat(found.numbers())
          .isEqualTo(numbers(found.sizes(), Projecting.PROJECTED))
          .isLessThanOrEqualTo(budget);
      assertThat(found.gain())
          .isGreaterThanOrEqualTo(
              exhaustive(curves, Projecting.PROJECTED, ALL, budget) - largestStep);
    }
  }

  @ParameterizedTest(name = "seed={0}")
  @MethodSource("seeds")
  void with_budgets_of_fields_the_gain_is_the_exhaustive_optimum(long seed) {
    GainCurves curves = GainCurves.ofBest(saliency(seed), DIM);
    int[] fieldOf = {0, 1, 0, 1, 1};
    int[] smallest = {1, 0, 1, 0, 0};
    int[] largest = {4, 4, 3, 4, 2};
    Random random = new Random(seed);
    for (int budget = 2; budget <= TOKENS * DIM; budget++) {
      long[] fieldBudgets = {2 + random.nextInt(7), random.nextInt(12)};
      Allocation found =
          new SizeAllocator(curves, Projecting.NESTED, smallest, largest, fieldOf, fieldBudgets)
              .allocate(ALL, budget);
      int most = budget;
      double optimum =
          everyAssignment(ALL)
              .filter(sizes -> Arrays.stream(sizes).sum() <= most)
              .filter(sizes ->
                  IntStream.range(0, TOKENS)
                      .allMatch(t -> sizes[t] >= smallest[t] && sizes[t] <= largest[t]))
              .filter(sizes -> sizes[0] + sizes[2] <= fieldBudgets[0])
              .filter(sizes -> sizes[1] + sizes[3] + sizes[4] <= fieldBudgets[1])
              .mapToDouble(sizes ->
                  IntStream.range(0, TOKENS).mapToDouble(t -> curves.gain(t, sizes[t])).sum())
              .max()
              .orElseThrow();
      assertThat(found.numbers()).isLessThanOrEqualTo(budget);
      assertThat(found.gain()).isCloseTo(optimum, within(1e-9));
    }
  }

  @Test
  void a_fields_budget_below_its_least_sizes_is_refused() {
    GainCurves curves = GainCurves.ofBest(saliency(1), DIM);
    int[] twos = {2, 2, 2, 2, 2};
    int[] fours = {4, 4, 4, 4, 4};
    SizeAllocator allocator =
        new SizeAllocator(
            curves, Projecting.NESTED, twos, fours, new int[] {0, 0, 1, 1, 1}, new long[] {9, 5});

    assertThatThrownBy(() -> allocator.allocate(ALL, 20))
        .isInstanceOf(NoRoomException.class)
        .hasMessageContaining("the least sizes of field 1 take 6 numbers, and its budget is 5");
  }

  @Test
  void a_fields_least_and_largest_sizes_hold() {
    GainCurves curves = GainCurves.ofBest(saliency(1), DIM);
    int[] smallest = {2, 0, 0, 0, 1};
    int[] largest = {4, 1, 0, 4, 4};
    for (int budget = 3; budget < 12; budget++) {
      int[] sizes =
          new SizeAllocator(curves, Projecting.NESTED, smallest, largest)
              .allocate(ALL, budget)
              .sizes();
      for (int t = 0; t < TOKENS; t++) {
        assertThat(sizes[t]).isBetween(smallest[t], largest[t]);
      }
    }
  }

  @Test
  void a_budget_below_the_least_sizes_is_refused() {
    GainCurves curves = GainCurves.ofBest(saliency(1), DIM);
    int[] ones = {1, 1, 1, 1, 1};
    int[] fours = {4, 4, 4, 4, 4};
    SizeAllocator allocator = new SizeAllocator(curves, Projecting.NESTED, ones, fours);

    assertThatThrownBy(() -> allocator.allocate(ALL, 4))
        .hasMessageContaining("the least sizes take 5 numbers, and the budget leaves 4");
    assertThatThrownBy(() -> allocator.allocate(new int[] {0, 5}, 40))
        .hasMessageContaining("not in 0 .. 4");
  }

  @Test
  void tokens_with_more_saliency_get_longer_rows() {
    double[] saliency = new double[TOKENS * DIM];
    for (int t = 0; t < TOKENS; t++) {
      for (int d = 0; d < DIM; d++) {
        saliency[t * DIM + d] = (t + 1.0) / (d + 1);
      }
    }
    int[] sizes =
        allocator(GainCurves.ofPrefixes(saliency, DIM), Projecting.NESTED).allocate(ALL, 9).sizes();

    assertThat(sizes).isSorted();
    assertThat(sizes[0]).isLessThan(sizes[TOKENS - 1]);
  }

  @Test
  void a_prefix_counts_a_late_coordinate_no_more_than_those_before_it() {
    GainCurves curves = GainCurves.ofPrefixes(new double[] {3, 1, 2, 0.5}, DIM);

    assertThat(curves.gain(0, 2)).isEqualTo(4);
    assertThat(curves.gain(0, 3)).isEqualTo(5);
    assertThat(curves.gain(0, 4)).isEqualTo(5.5);
    assertThat(GainCurves.ofBest(new double[] {3, 1, 2, 0.5}, DIM).gain(0, 2)).isEqualTo(5);
  }

  private static SizeAllocator allocator(GainCurves curves, Projecting projecting) {
    int[] largest = new int[TOKENS];
    Arrays.fill(largest, DIM);
    return new SizeAllocator(curves, projecting, new int[TOKENS], largest);
  }

  private static double exhaustive(
      GainCurves curves, Projecting projecting, int[] allowed, long budget) {
    return everyAssignment(allowed)
        .filter(sizes -> numbers(sizes, projecting) <= budget)
        .mapToDouble(
            sizes -> IntStream.range(0, TOKENS).mapToDouble(t -> curves.gain(t, sizes[t])).sum())
        .max()
        .orElseThrow();
  }

  private static Stream<int[]> everyAssignment(int[] allowed) {
    int count = (int) Math.pow(allowed.length, TOKENS);
    return IntStream.range(0, count)
        .mapToObj(number -> {
          int[] sizes = new int[TOKENS];
          int rest = number;
          for (int t = 0; t < TOKENS; t++) {
            sizes[t] = allowed[rest % allowed.length];
            rest /= allowed.length;
          }
          return sizes;
        });
  }

  private static long numbers(int[] sizes, Projecting projecting) {
    long rows = Arrays.stream(sizes).sum();
    if (projecting == Projecting.NESTED) {
      return rows;
    }
    return rows
        + Arrays.stream(sizes).distinct().filter(size -> size > 0 && size < DIM).sum() * (long) DIM;
  }

  private static double[] saliency(long seed) {
    Random random = new Random(seed);
    double[] saliency = new double[TOKENS * DIM];
    for (int i = 0; i < saliency.length; i++) {
      saliency[i] = (float) Math.exp(2 * random.nextGaussian());
    }
    return saliency;
  }
}
