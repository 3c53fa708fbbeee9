package org.espalier.kgat.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import org.espalier.kgat.graph.Ckg;
import org.espalier.kgat.history.ClosedFormSpec;
import org.espalier.kgat.history.EncoderSpec;
import org.espalier.kgat.model.Aggregator;
import org.espalier.kgat.model.EdgeWeighting;
import org.espalier.kgat.model.LearnerSettings;
import org.espalier.kgat.model.Propagation;
import org.espalier.kgat.model.PropagationSpec;
import org.espalier.kgat.model.Propagator;
import org.espalier.kgat.model.RankingVectors;
import org.espalier.learning.data.DataFolder;
import org.espalier.learning.data.Interactions;
import org.espalier.learning.data.KnowledgeGraph;
import org.espalier.learning.data.Vocabulary;
import org.espalier.learning.experiment.FittedRetrieval;
import org.espalier.learning.experiment.RetrievalReport;
import org.espalier.learning.kernel.Workers;
import org.espalier.learning.metric.RetrievalMetric;
import org.espalier.learning.train.TrainingEvent;
import org.espalier.learning.train.TrainingListener;
import org.espalier.learning.train.TrainingOutcome.Reason;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class PropagatorTrainerTest {

  private static final int USERS = 40;
  private static final int ITEMS = 30;

  /** Two tastes: users and items of one parity. The last item of each has no interaction. */
  private static Interactions tastes(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Interactions.Builder builder = new Interactions.Builder(false, true);
    for (int user = 0; user < USERS; user++) {
      for (int i = 0; i < 8; i++) {
        builder.add(user, 2 * random.nextInt(ITEMS / 2 - 1) + user % 2, 1, i);
      }
    }
    return builder.build(USERS, ITEMS);
  }

  /** Every item has one of two genres, by its parity: entities 30 and 31. */
  private static KnowledgeGraph genres() {
    Vocabulary.Builder entities = new Vocabulary.Builder();
    for (int i = 0; i < ITEMS + 2; i++) {
      entities.add("e" + i);
    }
    Vocabulary.Builder relations = new Vocabulary.Builder();
    relations.add(KnowledgeGraph.INTERACTS);
    relations.add("genre");
    int[] heads = new int[ITEMS];
    int[] ids = new int[ITEMS];
    int[] tails = new int[ITEMS];
    for (int item = 0; item < ITEMS; item++) {
      heads[item] = item;
      ids[item] = 1;
      tails[item] = ITEMS + item % 2;
    }
    return new KnowledgeGraph(ITEMS, entities.build(), relations.build(), heads, ids, tails);
  }

  static List<Arguments> propagators() {
    List<Arguments> all = new ArrayList<>();
    all.add(Arguments.of("kgat paper", PropagatorSpec.kgatPaper(16, List.of(16, 8), 64)));
    all.add(Arguments.of("lightgcn", PropagatorSpec.lightGcn(16, 2, 64)));
    all.add(Arguments.of("fastrp", PropagatorSpec.fastRp(128)));
    all.add(
        Arguments.of(
            "kgat best",
            new PropagatorSpec.History(
                new ClosedFormSpec(16, 10, 0.5f, 5, 10),
                new EncoderSpec(16, 0.5f, 0.1f, 0, 1e-2, 0, 16, 15, 0, false, 0),
                2)));
    return all;
  }

  private static PropagatorTraining train(PropagatorSpec spec, int threads) {
    return PropagatorTrainer.train(
        tastes(1),
        Optional.of(genres()),
        Optional.of(tastes(2)),
        spec,
        3,
        threads,
        TrainingListener.none(),
        () -> false);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("propagators")
  void every_propagator_tells_the_two_tastes_apart(String name, PropagatorSpec spec) {
    PropagatorTraining training = train(spec, 1);

    assertThat(training.outcome().bestValidation()).isGreaterThan(0.3);
    RankingVectors vectors = training.vectors();
    for (int user = 0; user < USERS; user++) {
      double own = 0;
      double other = 0;
      for (int item = 0; item < ITEMS - 2; item++) {
        double score = 0;
        for (int d = 0; d < vectors.dim(); d++) {
          score +=
              vectors.users()[user * vectors.dim() + d] * vectors.items()[item * vectors.dim() + d];
        }
        own += item % 2 == user % 2 ? score : 0;
        other += item % 2 == user % 2 ? 0 : score;
      }
      assertThat(own).as("user %d", user).isGreaterThan(other);
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("propagators")
  void the_propagator_that_is_handed_out_gives_the_vectors_of_the_training(
      String name, PropagatorSpec spec) {
    PropagatorTraining training = train(spec, 1);
    if (spec instanceof PropagatorSpec.History) {
      assertThat(training.propagator()).isEmpty(); // folds users in from their history instead
      return;
    }
    Propagator propagator = training.propagator().orElseThrow();
    Ckg graph =
        CkgFolder.graph(
            tastes(1),
            propagator.tripleWeight() == 0 ? Optional.empty() : Optional.of(genres()),
            propagator.tripleWeight() == 0 ? 1 : propagator.tripleWeight());
    try (Workers workers = new Workers(1)) {
      Propagation propagation = propagator.propagate(graph, workers);
      assertSame(propagation.finals(0, USERS), training.vectors().users());
      assertSame(propagation.finals(USERS, USERS + ITEMS), training.vectors().items());
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("propagators")
  void the_same_seed_gives_the_same_vectors_with_any_number_of_threads(
      String name, PropagatorSpec spec) {
    PropagatorTraining one = train(spec, 1);
    PropagatorTraining three = train(spec, 3);

    assertSame(one.vectors().users(), three.vectors().users());
    assertSame(one.vectors().items(), three.vectors().items());
  }

  /** But for rounding: the JIT may add a vector's lanes in another order than the interpreter. */
  private static void assertSame(float[] first, float[] second) {
    assertThat(first.length).isEqualTo(second.length);
    for (int i = 0; i < first.length; i++) {
      assertThat(Math.abs(first[i] - second[i])).isLessThan(1e-3f);
    }
  }

  @Test
  void a_cancelled_training_ends_soon_and_keeps_its_best_model() {
    int[] epochs = {0};
    PropagatorTraining training =
        PropagatorTrainer.train(
            tastes(1),
            Optional.empty(),
            Optional.of(tastes(2)),
            PropagatorSpec.kgatPaper(8, List.of(8), 64),
            1,
            1,
            event -> epochs[0] += event instanceof TrainingEvent.EpochDone ? 1 : 0,
            () -> epochs[0] == 2);

    assertThat(training.outcome().reason()).isEqualTo(Reason.CANCELLED);
    assertThat(training.outcome().epochs()).isEqualTo(3);
    assertThat(training.outcome().bestEpoch()).isPositive();
  }

  @Test
  void a_training_that_diverges_says_so_and_leaves_finite_vectors() {
    PropagatorSpec wild =
        new PropagatorSpec.Layered(
            new PropagationSpec(
                8,
                List.of(8),
                Aggregator.BI_INTERACTION,
                PropagationSpec.Readout.CONCATENATION,
                false,
                0.2f),
            EdgeWeighting.MEAN,
            new LearnerSettings(1e18, 0, 0, 8),
            true,
            64,
            10,
            10);
    PropagatorTraining training = train(wild, 1);

    assertThat(training.outcome().reason()).isEqualTo(Reason.DIVERGED);
    assertThat(training.propagator()).isEmpty();
    for (float x : training.vectors().items()) {
      assertThat(x).isFinite();
    }
  }

  private static DataFolder folder() {
    Vocabulary.Builder users = new Vocabulary.Builder();
    for (int user = 0; user < USERS; user++) {
      users.add("u" + user);
    }
    return new DataFolder(
        users.build(),
        genres().entities(),
        tastes(1),
        tastes(2),
        tastes(4),
        Optional.of(genres()),
        Optional.empty(),
        Optional.empty());
  }

  @Test
  void an_experiment_reports_the_test_slice_under_the_models_name() {
    DataFolder data = folder();
    RetrievalReport report =
        PropagatorExperiment.run(
            data, PropagatorSpec.fastRp(64), true, 5, 1, TrainingListener.none(), () -> false);

    assertThat(report.fields())
        .containsEntry("model", "fastrp")
        .containsEntry("dim", 64)
        .containsEntry("seed", 5L)
        .containsKey("peak_rss_mb");
    assertThat(report.test().mean(RetrievalMetric.NDCG_20)).isGreaterThan(0.3);
    assertThat(report.test().users().length).isEqualTo(report.popularity().users().length);
  }

  @Test
  void an_experiment_also_measures_item_vectors_that_are_shortened_to_a_budget() {
    PropagatorExperiment.Found found =
        PropagatorExperiment.run(
            folder(),
            PropagatorSpec.fastRp(4),
            true,
            OptionalDouble.of(0.8),
            5,
            1,
            TrainingListener.none(),
            () -> false);

    FittedRetrieval fitted = found.fitted().orElseThrow();
    assertThat(fitted.fit().keepGot()).isLessThanOrEqualTo(0.8);
    assertThat(fitted.fields())
        .containsEntry("keep", 0.8)
        .containsKeys("ndcg@20", "recall@20", "numbers");
    double whole = found.report().test().mean(RetrievalMetric.NDCG_20);
    assertThat(fitted.test().mean(RetrievalMetric.NDCG_20)).isBetween(0.8 * whole, 1.2 * whole);
    assertThat(fitted.test().mean(RetrievalMetric.NDCG_20)).isNotEqualTo(whole);
  }

  @ParameterizedTest(name = "{0} items a user")
  @ValueSource(ints = {2, 20})
  void a_catalogue_too_large_for_a_matrix_of_all_items_is_trained_nevertheless(int historyMean) {
    Interactions.Builder large = new Interactions.Builder(false, false);
    for (int user = 0; user < 40; user++) {
      for (int i = 0; i < 6; i++) {
        large.add(user, user % 2 == 0 ? 3 * i : 16_000 - 3 * i, 1, 0);
      }
    }
    PropagatorSpec.History best =
        (PropagatorSpec.History) PropagatorSpec.kgatBest(16_001, historyMean);
    EncoderSpec few = new EncoderSpec(8, 0.5f, 0.1f, 0, 1e-2, 1e-5f, 16, 3, 64, true, 1);
    PropagatorTraining training =
        PropagatorTrainer.train(
            large.build(40, 16_001),
            Optional.empty(),
            Optional.empty(),
            new PropagatorSpec.History(
                new ClosedFormSpec(best.closedForm().rule(), 8, 1, 0, 1, 0),
                few,
                best.encoderWeight()),
            1,
            1,
            TrainingListener.none(),
            () -> false);

    RankingVectors vectors = training.vectors();
    assertThat(vectors.items()).hasSize(16_001 * vectors.dim());
    assertThat(score(vectors, 0, 15)).isGreaterThan(score(vectors, 0, 16_000));
    assertThat(score(vectors, 1, 15)).isLessThan(score(vectors, 1, 16_000));
  }

  private static double score(RankingVectors vectors, int user, int item) {
    double sum = 0;
    for (int d = 0; d < vectors.dim(); d++) {
      sum += vectors.users()[user * vectors.dim() + d] * vectors.items()[item * vectors.dim() + d];
    }
    return sum;
  }

  @Test
  void a_relation_of_one_triple_a_self_loop_and_isolated_nodes_are_trained_with() {
    Vocabulary.Builder entities = new Vocabulary.Builder();
    for (int entity = 0; entity < ITEMS + 3; entity++) {
      entities.add("e" + entity);
    }
    Vocabulary.Builder relations = new Vocabulary.Builder();
    relations.add(KnowledgeGraph.INTERACTS);
    relations.add("once");
    relations.add("itself");
    KnowledgeGraph odd =
        new KnowledgeGraph(
            ITEMS,
            entities.build(),
            relations.build(),
            new int[] {0, 1, 1},
            new int[] {1, 2, 2},
            new int[] {ITEMS, 1, 1}); // twice the same self-loop; two entities without a triple
    List<Optional<KnowledgeGraph>> graphs = List.of(Optional.of(odd), Optional.empty());
    for (Optional<KnowledgeGraph> knowledge : graphs) {
      PropagatorTraining training =
          PropagatorTrainer.train(
              tastes(1),
              knowledge,
              Optional.of(tastes(2)),
              PropagatorSpec.kgatPaper(8, List.of(8), 64),
              3,
              1,
              TrainingListener.none(),
              () -> false);
      assertThat(training.outcome().reason()).isNotEqualTo(Reason.DIVERGED);
      for (float x : training.vectors().items()) {
        assertThat(x).isFinite();
      }
    }
  }

  @Test
  void nothing_to_train_on_is_refused() {
    assertThatThrownBy(() ->
            PropagatorTrainer.train(
                new Interactions.Builder(false, false).build(2, 2),
                Optional.empty(),
                Optional.empty(),
                PropagatorSpec.fastRp(8),
                1,
                1,
                TrainingListener.none(),
                () -> false))
        .hasMessageContaining("no interactions");
  }
}
