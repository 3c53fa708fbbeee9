package org.espalier.search.size;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.espalier.learning.train.TrainingListener;
import org.espalier.search.data.CtrData;
import org.espalier.search.model.Architecture;
import org.espalier.search.model.ClickWorld;
import org.espalier.search.model.CtrModel;
import org.espalier.search.model.CtrTrainer;
import org.espalier.search.model.Projecting;
import org.espalier.search.model.SampleSource;
import org.espalier.search.model.TableLayout;
import org.espalier.search.model.TrainingSpec;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class HeldOutGainsTest {

  private static final int DIM = 4;
  private static final int USER = 0;
  private static final int ITEM = 1;

  /** Two samples a user cannot tell a taste; some two hundred an item tell what it is worth. */
  private static final CtrData DATA = ClickWorld.generate(2_000, 20, 4_000, 5);

  private static final CtrModel BY_HEART = trained();

  @Test
  void only_the_rows_that_led_the_model_astray_go_even_if_others_look_bad_beside_them() {
    HeldOutGains gains = HeldOutGains.of(BY_HEART, DATA.valid(), () -> false);
    int[] sizes = gains.sizesWithoutWorst();
    TableLayout layout = BY_HEART.layout();

    assertThat(gains.anyHarmful()).isTrue();
    for (int t = 1; t <= 2_000; t++) {
      if (DATA.fields().get(USER).counts()[t] < 4) {
        assertThat(sizes[layout.fieldStart(USER) + t]).isZero();
      }
    }
    assertThat(gains.groups())
        .filteredOn(group -> group.field() == ITEM && group.tokens() > 0)
        .anySatisfy(group -> assertThat(group.harmful()).isTrue());
    for (int t = 1; t <= 20; t++) {
      assertThat(sizes[layout.fieldStart(ITEM) + t]).isEqualTo(DIM);
    }
  }

  @Test
  void a_groups_gain_is_the_loss_that_its_rows_save() {
    HeldOutGains gains = HeldOutGains.of(BY_HEART, DATA.valid(), () -> false);
    double before = BY_HEART.judge(DATA.valid()).logloss();

    assertThat(gains.groups().stream().mapToInt(HeldOutGains.Group::tokens).sum())
        .isEqualTo(DATA.tokenCount());
    for (HeldOutGains.Group group : gains.groups()) {
      double after = without(group).judge(DATA.valid()).logloss();
      assertThat(group.sum()).isCloseTo((after - before) * DATA.valid().count(), within(1e-2));
      assertThat(group.samples()).isBetween(0, DATA.valid().count());
      assertThat(group.error()).isGreaterThanOrEqualTo(0);
    }
  }

  @Test
  void rows_that_the_model_lacks_are_not_judged() {
    HeldOutGains.Group users = HeldOutGains.of(BY_HEART, DATA.valid(), () -> false).groups().get(0);
    HeldOutGains.Group again =
        HeldOutGains.of(without(users), DATA.valid(), () -> false).groups().get(0);

    assertThat(users.tokens()).isPositive();
    assertThat(again.tokens()).isZero();
    assertThat(again.harmful()).isFalse();
  }

  @Test
  void a_cancelled_judgement_ends_at_once() {
    assertThat(HeldOutGains.of(BY_HEART, DATA.valid(), () -> true).groups()).isEmpty();
  }

  private static CtrModel without(HeldOutGains.Group group) {
    TableLayout layout = BY_HEART.layout();
    int[] counts = DATA.fields().get(group.field()).counts();
    int[] sizes = TableLayout.uniformSizes(DATA.fields(), DIM);
    for (int t = 1; t < counts.length; t++) {
      int count = Math.max(1, counts[t]);
      if (count >= group.countMin() && count < 4 * group.countMin()) {
        sizes[layout.fieldStart(group.field()) + t] = 0;
      }
    }
    return BY_HEART.onTables(TableLayout.of(DATA.fields(), DIM, Projecting.NESTED, 1, sizes));
  }

  private static CtrModel trained() {
    TableLayout layout =
        TableLayout.of(
            DATA.fields(), DIM, Projecting.NESTED, 1, TableLayout.uniformSizes(DATA.fields(), DIM));
    Architecture architecture =
        new Architecture(Architecture.Kind.DEEPFM, List.of(8), 0, 1, 2, 0.05f);
    CtrModel model = CtrModel.create(DATA.fields(), architecture, layout, 3);
    // One epoch at a time, as a longer training would go back to its best, before users are known.
    for (int epoch = 0; epoch < 12; epoch++) {
      CtrTrainer.train(
          model,
          SampleSource.of(DATA.train()),
          DATA.valid(),
          new TrainingSpec(1, 1, 100, 2e-2, false, 0, epoch, 1),
          TrainingListener.none(),
          () -> false);
    }
    return model;
  }
}
