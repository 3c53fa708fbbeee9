package org.espalier.learning.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class InteractionsTest {

  @Test
  void a_users_interactions_are_in_the_order_of_their_times() {
    Interactions log =
        Interactions.of(
            3,
            10,
            new int[] {2, 0, 2, 2, 0},
            new int[] {5, 6, 7, 8, 9},
            new float[] {1, 2, 3, 4, 5},
            new long[] {50, 40, 10, 10, 20});
    assertThat(items(log, 0)).containsExactly(9, 6);
    assertThat(items(log, 1)).isEmpty();
    assertThat(items(log, 2)).containsExactly(7, 8, 5); // equal times keep their order
    assertThat(log.value(log.begin(2))).isEqualTo(3);
    assertThat(log.timeMs(log.begin(0))).isEqualTo(20);
  }

  @Test
  void without_times_and_values_the_input_order_and_ones_remain() {
    Interactions log = Interactions.of(1, 3, new int[] {0, 0}, new int[] {2, 1}, null, null);
    assertThat(items(log, 0)).containsExactly(2, 1);
    assertThat(log.hasTimes()).isFalse();
    assertThat(log.value(0)).isEqualTo(1);
    assertThat(log.countsByItem()).containsExactly(0, 1, 1);
  }

  @Test
  void ids_outside_their_counts_are_refused() {
    assertThatThrownBy(() -> Interactions.of(1, 3, new int[] {0}, new int[] {3}, null, null))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> Interactions.of(1, 3, new int[] {1}, new int[] {0}, null, null))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void item_sets_unite_sort_and_drop_repeats() {
    Interactions one = Interactions.of(2, 9, new int[] {0, 0, 0}, new int[] {7, 3, 7}, null, null);
    Interactions two = Interactions.of(2, 9, new int[] {0, 1}, new int[] {5, 5}, null, null);
    ItemSets both = ItemSets.of(one, two);
    assertThat(items(both, 0)).containsExactly(3, 5, 7);
    assertThat(both.contains(0, 5)).isTrue();
    assertThat(both.contains(1, 3)).isFalse();
    assertThat(items(both.transposed(), 5)).containsExactly(0, 1);
    assertThat(both.transposed().transposed().size()).isEqualTo(4);
    assertThat(items(ItemSets.of(one).minus(ItemSets.of(two)), 0)).containsExactly(3, 7);
  }

  @Test
  void a_split_by_time_keeps_the_last_slice_for_validation() {
    int[] users = new int[10];
    int[] items = IntStream.range(0, 10).toArray();
    long[] times = {9, 8, 7, 6, 5, 4, 3, 2, 1, 0};
    TimeSplit split = TimeSplit.last(Interactions.of(1, 10, users, items, null, times), 0.2);
    assertThat(items(split.later(), 0)).containsExactly(1, 0);
    assertThat(items(split.earlier(), 0)).containsExactly(9, 8, 7, 6, 5, 4, 3, 2);
  }

  @Test
  void interactions_of_one_time_stay_on_one_side() {
    Interactions all =
        Interactions.of(1, 4, new int[4], new int[] {0, 1, 2, 3}, null, new long[] {1, 5, 5, 5});
    TimeSplit split = TimeSplit.last(all, 0.25);
    assertThat(split.earlier().size()).isEqualTo(1);
    assertThat(split.later().size()).isEqualTo(3);
  }

  @Test
  void a_split_needs_times_and_a_fraction_inside_its_range() {
    Interactions timeless = Interactions.of(1, 1, new int[1], new int[1], null, null);
    assertThatThrownBy(() -> TimeSplit.last(timeless, 0.1))
        .isInstanceOf(IllegalArgumentException.class);
    Interactions timed = Interactions.of(1, 1, new int[1], new int[1], null, new long[1]);
    assertThatThrownBy(() -> TimeSplit.last(timed, 1)).isInstanceOf(IllegalArgumentException.class);
  }

  private static List<Integer> items(Interactions log, int user) {
    return IntStream.range(log.begin(user), log.end(user)).mapToObj(log::item).toList();
  }

  private static List<Integer> items(ItemSets sets, int user) {
    return IntStream.range(sets.begin(user), sets.end(user)).mapToObj(sets::item).toList();
  }
}
