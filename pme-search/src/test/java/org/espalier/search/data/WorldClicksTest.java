package org.espalier.search.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.espalier.learning.data.world.SampleWorld;
import org.espalier.learning.data.world.WorldEvent;
import org.junit.jupiter.api.Test;

class WorldClicksTest {

  private static final SampleWorld WORLD = new SampleWorld(300, 80, 6_000, 7);

  /** An impression by its session and item, which a click among them names again. */
  private record Shown(long session, int user, int item) {}

  @Test
  void every_impression_is_a_sample_in_the_order_of_time_with_its_click_as_the_label() {
    CtrData data = WorldClicks.of(WORLD, _ -> {});

    List<Shown> impressions = new ArrayList<>();
    Set<Shown> clicked = new HashSet<>();
    for (Iterator<WorldEvent> events = WORLD.events(); events.hasNext(); ) {
      WorldEvent event = events.next();
      Shown shown = new Shown(event.session(), event.user(), event.item());
      if (event.click()) {
        clicked.add(shown);
      } else {
        impressions.add(shown);
      }
    }
    List<CtrSamples> parts = List.of(data.train(), data.valid(), data.test());
    assertThat(parts.stream().mapToInt(CtrSamples::count).sum()).isEqualTo(impressions.size());
    assertThat(data.train().count()).isEqualTo((int) (0.9 * impressions.size()));
    int at = 0;
    for (CtrSamples part : parts) {
      for (int i = 0; i < part.count(); i++, at++) {
        Shown shown = impressions.get(at);
        assertThat(part.labels()[i]).isEqualTo(clicked.contains(shown) ? 1f : 0f);
        assertCell(data, part, i, 0, "u" + shown.user());
        assertCell(data, part, i, 1, "i" + shown.item());
        assertCell(data, part, i, 4, WORLD.user(shown.user()).country());
        assertCell(data, part, i, 6, WORLD.item(shown.item()).brand());
      }
    }
  }

  /** A cell holds the text's token, or the unknown one where training has not seen it. */
  private static void assertCell(
      CtrData data, CtrSamples part, int sample, int field, String text) {
    CtrField column = data.fields().get(field);
    int bag = part.cells()[sample * part.fieldCount() + field];
    int token = column.bags().tokenAt(column.bags().start(bag));
    assertThat(column.bags().end(bag) - column.bags().start(bag)).isEqualTo(1);
    if (part == data.train() || token != Bags.UNKNOWN) {
      assertThat(column.text(token)).isEqualTo(text);
    }
  }

  @Test
  void counts_are_those_of_the_training_part_and_later_tokens_are_unknown() {
    CtrData data = WorldClicks.of(WORLD, _ -> {});

    for (int f = 0; f < data.fields().size(); f++) {
      CtrField field = data.fields().get(f);
      Map<Integer, Integer> seen = new HashMap<>();
      for (int i = 0; i < data.train().count(); i++) {
        seen.merge(data.train().cells()[i * data.fields().size() + f], 1, Integer::sum);
      }
      assertThat(field.counts()[Bags.UNKNOWN]).isZero();
      for (int token = 1; token < field.tokenCount(); token++) {
        assertThat(field.counts()[token]).isPositive().isEqualTo(seen.get(token));
      }
      for (int cell : data.test().cells()) {
        assertThat(cell).isGreaterThanOrEqualTo(0);
      }
    }
    int unknownUsers = 0;
    for (int i = 0; i < data.test().count(); i++) {
      unknownUsers += data.test().cells()[i * data.fields().size()] == 0 ? 1 : 0;
    }
    assertThat(unknownUsers).isPositive(); // the world has users who come late
  }

  @Test
  void a_world_without_enough_clicks_is_refused() {
    assertThatThrownBy(() -> WorldClicks.of(new SampleWorld(10, 10, 12, 1), _ -> {}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the world needs more events");
  }
}
