package org.espalier.learning.data.world;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class SampleWorldTest {

  @Test
  void the_same_seed_makes_the_same_world_and_another_seed_another() {
    SampleWorld world = new SampleWorld(100, 60, 5_000, 7);
    assertThat(events(new SampleWorld(100, 60, 5_000, 7))).isEqualTo(events(world));
    assertThat(new SampleWorld(100, 60, 5_000, 7).items())
        .containsExactlyElementsOf(world.items().toList());
    assertThat(new SampleWorld(100, 60, 5_000, 8).users().toList())
        .isNotEqualTo(world.users().toList());
    assertThat(items(new SampleWorld(100, 60, 5_000, 8))).isNotEqualTo(items(world));
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 0", "1, 1, 10", "3, 2, 101", "50, 10, 1000", "1000, 300, 20000"})
  void any_size_has_exactly_its_events_in_the_order_of_time(int users, int items, int count) {
    List<WorldEvent> events = events(new SampleWorld(users, items, count, 1));
    assertThat(events).hasSize(count);
    Set<String> ids = new HashSet<>();
    long before = 0;
    for (WorldEvent event : events) {
      assertThat(event.timeMs()).isGreaterThanOrEqualTo(before);
      assertThat(event.user()).isBetween(0, users - 1);
      assertThat(event.item()).isBetween(0, items - 1);
      ids.add(event.eventId());
      before = event.timeMs();
    }
    assertThat(ids).hasSize(count);
  }

  @Test
  void a_click_follows_the_impression_of_its_ranking_and_a_ranking_shows_an_item_once() {
    Map<String, Set<Integer>> shown = new HashMap<>();
    int clicks = 0;
    for (WorldEvent event : events(new SampleWorld(200, 100, 20_000, 3))) {
      Set<Integer> ranking = shown.computeIfAbsent(event.rankingId(), _ -> new HashSet<>());
      if (event.click()) {
        clicks++;
        assertThat(ranking).contains(event.item());
      } else {
        assertThat(ranking.add(event.item())).isTrue();
      }
    }
    assertThat(clicks / 20_000.0).isCloseTo(1 / 6.0, within(0.06));
  }

  @Test
  void popularity_has_a_head_and_a_long_tail() {
    int[] counts = new int[1_000];
    events(new SampleWorld(500, 1_000, 100_000, 5)).forEach(e -> counts[e.item()]++);
    Arrays.sort(counts);
    int head = Arrays.stream(counts, 900, 1_000).sum();
    assertThat(head / 100_000.0).isBetween(0.35, 0.75);
    assertThat(Arrays.stream(counts).filter(c -> c > 0).count()).isGreaterThan(950);
  }

  @Test
  void triples_say_what_the_items_attributes_say() {
    SampleWorld world = new SampleWorld(10, 200, 0, 11);
    List<WorldTriple> triples = world.triples().toList();
    WorldItem item = world.item(17);
    assertThat(triples)
        .contains(new WorldTriple("i17", "has_genre", "genre:" + item.genre()))
        .contains(new WorldTriple("i17", "has_brand", "brand:" + item.brand()))
        .doesNotHaveDuplicates()
        .hasSize(4 * 200 + 2 * 4 + 10);
  }

  @Test
  void a_large_world_starts_at_once_because_nothing_is_kept() {
    SampleWorld world = new SampleWorld(1_000_000, 1_000_000, 10_000_000_000L, 1);
    Iterator<WorldEvent> events = world.events();
    for (int i = 0; i < 1_000; i++) {
      assertThat(events.next().index()).isEqualTo(i);
    }
    assertThat(world.item(999_999).id()).isEqualTo("i999999");
  }

  @Test
  void the_stream_ends_and_bad_sizes_are_refused() {
    Iterator<WorldEvent> none = new SampleWorld(1, 1, 0, 1).events();
    assertThat(none.hasNext()).isFalse();
    assertThatThrownBy(none::next).isInstanceOf(NoSuchElementException.class);
    assertThatThrownBy(() -> new SampleWorld(0, 1, 1, 1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static List<WorldEvent> events(SampleWorld world) {
    List<WorldEvent> events = new ArrayList<>();
    world.events().forEachRemaining(events::add);
    return events;
  }

  private static List<Integer> items(SampleWorld world) {
    return events(world).stream().map(WorldEvent::item).toList();
  }
}
