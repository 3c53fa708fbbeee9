package org.espalier.search.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.espalier.learning.data.Interactions;
import org.espalier.learning.mf.MfLoss;
import org.espalier.learning.mf.MfSpec;
import org.espalier.learning.train.TrainingListener;
import org.espalier.search.job.WarmStartExperiment.Found;
import org.espalier.search.retrieval.TasteWorld;
import org.espalier.search.size.NoRoomException;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class WarmStartExperimentTest {

  private static final Interactions WORLD = new TasteWorld(120, 80, 14, 3).train();
  private static final MfSpec MF = MfSpec.of(MfLoss.ALS, 80, 5).withDim(16);

  /** The world's users come one after the other; here their events are mixed. */
  private static Interactions mixed(boolean shiftLater) {
    List<long[]> events = new ArrayList<>();
    for (int user = 0; user < WORLD.userCount(); user++) {
      for (int at = WORLD.begin(user); at < WORLD.end(user); at++) {
        long place = (at - WORLD.begin(user)) * 1_000L + user;
        events.add(new long[] {user, WORLD.item(at), place});
      }
    }
    events.sort(Comparator.comparingLong(e -> e[2]));
    Interactions.Builder builder = new Interactions.Builder(false, true);
    for (int i = 0; i < events.size(); i++) {
      long[] e = events.get(i);
      boolean measured = i > events.size() * 0.92;
      int item = shiftLater && measured ? (int) ((e[1] + 7) % WORLD.itemCount()) : (int) e[1];
      builder.add((int) e[0], item, 1, i + 1);
    }
    return builder.build(WORLD.userCount(), WORLD.itemCount());
  }

  private static List<Found> run(Interactions log, List<Double> keeps, double halfLife) {
    return WarmStartExperiment.run(log, MF, keeps, halfLife, TrainingListener.none(), () -> false);
  }

  @Test
  void both_starts_are_measured_at_every_budget_and_can_be_repeated() {
    List<Found> found = run(mixed(false), List.of(0.25, 0.1), 300);
    assertThat(found).extracting(Found::keep).containsExactly(0.25, 0.1);
    assertThat(found)
        .allSatisfy(one -> {
          assertThat(one.users()).isPositive();
          assertThat(one.cold()).isBetween(0.01, 1.0);
          assertThat(one.warm()).isBetween(0.01, 1.0);
        });
    assertThat(found.getLast().warm()).as("other sizes").isNotEqualTo(found.getLast().cold());
    assertThat(run(mixed(false), List.of(0.25, 0.1), 300)).isEqualTo(found);
  }

  @Test
  void nothing_that_chooses_knows_the_latest_slice() {
    Found one = run(mixed(false), List.of(0.1), 300).getFirst();
    Found other = run(mixed(true), List.of(0.1), 300).getFirst();
    assertThat(other.warmChoosing()).isEqualTo(one.warmChoosing());
    assertThat(other.coldChoosing()).isEqualTo(one.coldChoosing());
    assertThat(other.warm()).isNotEqualTo(one.warm());
  }

  @Test
  void a_budget_without_room_is_refused_before_any_training() {
    assertThatThrownBy(() -> run(mixed(false), List.of(0.0001), 300))
        .isInstanceOf(NoRoomException.class);
  }
}
