package org.espalier.search.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.espalier.learning.train.TrainingEvent;
import org.espalier.learning.train.TrainingListener;
import org.espalier.search.data.CtrData;
import org.espalier.search.model.Architecture.Kind;
import org.espalier.search.model.ClickWorld;
import org.espalier.search.model.Projecting;
import org.espalier.search.size.Criterion;
import org.espalier.search.size.Method;
import org.espalier.search.size.NoRoomException;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class CtrExperimentTest {

  private static final int DIM = 16;

  private static final CtrData DATA = ClickWorld.generate(60, 40, 4_000, 1);
  private static final CtrExperiment SHARED = new CtrExperiment(DATA);

  static Stream<Arguments> methods() {
    return Stream.of(Method.values())
        .flatMap(method -> Stream.of(false, true).map(distil -> Arguments.of(method, distil)));
  }

  @ParameterizedTest(name = "{0}, distil {1}, seed 1")
  @MethodSource("methods")
  void every_method_stays_inside_its_budget_and_learns(Method method, boolean distil) {
    CtrReport report = run(CtrSettings.of(Kind.DEEPFM, DIM, method, 0.25, distil, 1));

    assertThat(report.budget()).isLessThanOrEqualTo(method == Method.FULL ? 1_872 : 420);
    assertThat(report.parameters()).isBetween(report.budget() / 2, report.budget());
    assertThat(report.embeddingBytes()).isGreaterThan(4L * report.parameters());
    assertThat(report.auc()).isGreaterThan(0.7);
    assertThat(report.logloss()).isLessThan(0.69);
    assertThat(report.teacherSeconds() > 0).isEqualTo(distil);
    assertThat(report.decileSizes()).hasSize(10);
    int tokens =
        report.sizeHistogram().values().stream()
            .flatMap(sizes -> sizes.values().stream())
            .mapToInt(Integer::intValue)
            .sum();
    assertThat(tokens).isEqualTo(DATA.tokenCount());
  }

  @Test
  void the_published_recipe_pays_for_its_projections() {
    CtrReport report =
        run(CtrSettings.of(Kind.DEEPFM, DIM, Method.PME, 0.4, false, 1).asPublished());

    assertThat(report.projection()).isEqualTo("projected");
    assertThat(report.parameters()).isLessThanOrEqualTo(report.budget());
    assertThat(report.auc()).isGreaterThan(0.65);
  }

  @Test
  void a_cross_network_is_searched_along_its_own_axes() {
    CtrReport report = run(CtrSettings.of(Kind.DCN, DIM, Method.PME, 0.25, false, 1));

    assertThat(report.auc()).isGreaterThan(0.7);
  }

  @Test
  void popular_tokens_get_longer_rows() {
    for (Method method : new Method[] {Method.POPULARITY, Method.PME}) {
      CtrReport report = run(CtrSettings.of(Kind.DEEPFM, DIM, method, 0.1, false, 1));

      assertThat(report.decileSizes().getLast()).isGreaterThan(report.decileSizes().getFirst());
    }
  }

  @Test
  void every_token_gets_the_least_size_that_was_asked_for() {
    CtrSettings settings =
        new CtrSettings(
            Kind.DEEPFM,
            DIM,
            Method.PME,
            0.25,
            Projecting.NESTED,
            false,
            Criterion.FISHER,
            1,
            1,
            1);

    assertThat(run(settings).sizeHistogram().values())
        .allSatisfy(sizes -> assertThat(sizes).doesNotContainKey(0));
  }

  @Test
  void the_same_settings_give_the_same_figures() {
    CtrSettings settings = CtrSettings.of(Kind.DEEPFM, DIM, Method.PME, 0.2, true, 5);
    CtrReport one = new CtrExperiment(DATA).run(settings, TrainingListener.none(), () -> false);
    CtrReport two = new CtrExperiment(DATA).run(settings, TrainingListener.none(), () -> false);

    assertThat(two.auc()).isEqualTo(one.auc());
    assertThat(two.logloss()).isEqualTo(one.logloss());
    assertThat(two.sizeHistogram()).isEqualTo(one.sizeHistogram());
  }

  @Test
  void teachers_are_trained_once_a_seed() {
    CtrExperiment experiment = new CtrExperiment(DATA);
    AtomicInteger trainings = new AtomicInteger();
    TrainingListener listener =
        event -> {
          if (event instanceof TrainingEvent.Stopped) {
            trainings.incrementAndGet();
          }
        };
    CtrSettings settings = CtrSettings.of(Kind.FM, DIM, Method.UNIFORM, 0.3, true, 1);
    experiment.run(settings, listener, () -> false);
    int first = trainings.getAndSet(0);
    experiment.run(settings, listener, () -> false);

    assertThat(first).isEqualTo(4 + 1);
    assertThat(trainings).hasValue(1);
  }

  @Test
  void a_cancelled_experiment_says_so_and_reports_nothing() {
    AtomicInteger asked = new AtomicInteger();
    CtrSettings settings = CtrSettings.of(Kind.FM, DIM, Method.PME, 0.3, true, 1);

    assertThatThrownBy(() ->
            new CtrExperiment(DATA)
                .run(settings, TrainingListener.none(), () -> asked.incrementAndGet() > 3))
        .isInstanceOf(CancellationException.class);
    assertThat(asked.get()).isLessThan(20); // one more question a training that had not begun
  }

  @Test
  void a_budget_without_room_is_refused_with_its_figures() {
    CtrSettings settings = CtrSettings.of(Kind.FM, DIM, Method.UNIFORM, 0.01, false, 1);

    assertThatThrownBy(() -> run(settings))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("keep=0.01 leaves 16 numbers; method UNIFORM needs at least");
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource(value = Method.class, names = "FULL", mode = EnumSource.Mode.EXCLUDE)
  void a_budget_without_room_is_refused_before_teachers_are_trained(Method method) {
    CtrSettings settings = CtrSettings.of(Kind.DEEPFM, DIM, method, 0.001, true, 9);
    AtomicInteger events = new AtomicInteger();

    assertThatThrownBy(() -> SHARED.run(settings, _ -> events.incrementAndGet(), () -> false))
        .isInstanceOf(NoRoomException.class)
        .hasMessageContaining("keep=0.001 leaves 1 numbers; method " + method);
    assertThat(events).hasValue(0);
  }

  @Test
  void the_search_says_what_its_phases_took() {
    CtrReport report = run(CtrSettings.of(Kind.DEEPFM, DIM, Method.PME, 0.25, false, 1));

    assertThat(report.searchPhases())
        .containsOnlyKeys("warm-up", "held-out gains", "rotation", "saliency", "allocation");
    assertThat(report.searchPhases().values().stream().mapToDouble(seconds -> seconds).sum())
        .isLessThanOrEqualTo(report.searchSeconds());
  }

  @Test
  void settings_out_of_range_are_refused() {
    assertThatThrownBy(() -> CtrSettings.of(Kind.FM, DIM, Method.PME, 0, false, 1))
        .hasMessage("keep=0.0 is not in (0, 1]");
    assertThatThrownBy(() -> CtrSettings.of(Kind.FM, DIM, Method.PME, 1.5, false, 1))
        .hasMessage("keep=1.5 is not in (0, 1]");
    assertThatThrownBy(() -> CtrSettings.of(Kind.FM, 0, Method.PME, 0.5, false, 1))
        .hasMessage("dim=0 is not in 1 .. 256");
  }

  private CtrReport run(CtrSettings settings) {
    return SHARED.run(settings, TrainingListener.none(), () -> false);
  }
}
