package org.espalier.search.job;

import static org.assertj.core.api.Assertions.assertThat;

import org.espalier.learning.train.TrainingListener;
import org.espalier.search.data.CtrData;
import org.espalier.search.model.Architecture.Kind;
import org.espalier.search.model.ClickWorld;
import org.espalier.search.model.CtrModel;
import org.espalier.search.model.Projecting;
import org.espalier.search.model.SampleSource;
import org.espalier.search.model.TableLayout;
import org.espalier.search.size.Method;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class WarmUpTest {

  private static final int SPACE = 8;

  /** Two samples a user cannot tell a taste; hundreds an item tell what it is worth. */
  private static final CtrData RARE_USERS = ClickWorld.generate(16_000, 20, 32_000, 2);

  private static final CtrData ACTIVE_USERS = ClickWorld.generate(60, 40, 4_000, 1);

  @Test
  void tokens_too_rare_to_learn_anything_of_lose_their_rows_and_others_learn_on() {
    // Steps of eight samples and no dropout: a few epochs learn the users by heart.
    WarmUp warmUp = warmUp(RARE_USERS, new Recipe(8, 6, 1));
    CtrModel model = warmUp.run(fresh(RARE_USERS));
    TableLayout layout = model.layout();

    int[] users = RARE_USERS.fields().getFirst().counts();
    for (int t = 1; t < users.length; t++) {
      if (users[t] < 4) {
        assertThat(layout.size(layout.fieldStart(0) + t)).isZero();
      }
    }
    for (int t = 1; t <= 20; t++) {
      assertThat(layout.size(layout.fieldStart(1) + t)).isEqualTo(SPACE);
    }
    assertThat(warmUp.bestEpochs()).isGreaterThan(1);
    assertThat(warmUp.judgingSeconds()).isPositive();
  }

  @Test
  void a_warm_up_that_never_gets_worse_is_not_judged() {
    WarmUp warmUp = warmUp(ACTIVE_USERS, Recipe.of(ACTIVE_USERS.train().count(), 1));
    CtrModel fresh = fresh(ACTIVE_USERS);

    assertThat(warmUp.run(fresh)).isSameAs(fresh);
    assertThat(warmUp.judgingSeconds()).isZero();
  }

  private static WarmUp warmUp(CtrData data, Recipe recipe) {
    return new WarmUp(
        data,
        SampleSource.of(data.train()),
        recipe,
        CtrSettings.of(Kind.DEEPFM, 16, Method.PME, 0.2, true, 1),
        TrainingListener.none(),
        () -> false);
  }

  private static CtrModel fresh(CtrData data) {
    TableLayout layout =
        TableLayout.of(
            data.fields(),
            SPACE,
            Projecting.NESTED,
            Recipe.DEFAULT_ROWS,
            TableLayout.uniformSizes(data.fields(), SPACE));
    return CtrModel.create(data.fields(), Recipe.pruned(Kind.DEEPFM, true), layout, 1);
  }
}
