package org.espalier.kgat.train;

import java.time.Duration;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.function.ToDoubleFunction;
import org.espalier.kgat.graph.Ckg;
import org.espalier.kgat.history.HistoryTraining;
import org.espalier.kgat.model.GraphLearner;
import org.espalier.kgat.model.Propagation;
import org.espalier.kgat.model.Propagator;
import org.espalier.kgat.model.RandomProjections;
import org.espalier.kgat.model.RankingVectors;
import org.espalier.learning.data.Interactions;
import org.espalier.learning.data.KnowledgeGraph;
import org.espalier.learning.kernel.Workers;
import org.espalier.learning.metric.RetrievalEvaluator;
import org.espalier.learning.metric.RetrievalMetric;
import org.espalier.learning.train.TrainingListener;
import org.espalier.learning.train.TrainingLoop;
import org.espalier.learning.train.TrainingOutcome;

/** Trains any propagator on interactions and triples. */
public final class PropagatorTrainer {

  /** A larger validation slice is sampled: its error is then a few per cent of the metric's own. */
  private static final int VALIDATION_USERS_MAX = 20_000;

  private PropagatorTrainer() {}

  /**
   * Trains until the NDCG@20 on the validation slice stops improving. Same seed, same vectors, with
   * any number of threads, but for the rounding of the kernels.
   *
   * @param knowledge triples; its first entities are the items
   * @param validation over the same users and items; without it all epochs are run
   * @param cancelled asked between steps; true ends the training with the best model so far
   * @throws IllegalArgumentException when there is nothing to train on
   */
  public static PropagatorTraining train(
      Interactions train,
      Optional<KnowledgeGraph> knowledge,
      Optional<Interactions> validation,
      PropagatorSpec spec,
      long seed,
      int threads,
      TrainingListener listener,
      BooleanSupplier cancelled) {
    if (train.size() == 0) {
      throw new IllegalArgumentException("there are no interactions to train on");
    }
    Optional<RetrievalEvaluator> evaluator =
        validation
            .map(v -> RetrievalEvaluator.of(v, train))
            .map(e -> e.sample(VALIDATION_USERS_MAX, new SplittableRandom(seed)))
            .filter(e -> e.userCount() > 0);
    try (Workers workers = new Workers(threads)) {
      ToDoubleFunction<RankingVectors> metric =
          vectors ->
              evaluator
                  .map(e -> e.evaluate(vectors.dim(), vectors.users(), vectors.items(), workers))
                  .map(result -> result.mean(RetrievalMetric.NDCG_20))
                  .orElse(Double.NaN);
      return switch (spec) {
        case PropagatorSpec.Layered layered ->
            layered(train, knowledge, layered, metric, seed, workers, listener, cancelled);
        case PropagatorSpec.History history -> {
          HistoryTraining training =
              HistoryTraining.run(
                  train,
                  CkgFolder.graph(train, knowledge),
                  history.closedForm(),
                  history.encoder(),
                  history.encoderWeight(),
                  metric,
                  seed,
                  workers,
                  listener,
                  cancelled);
          yield new PropagatorTraining(
              training.vectors(),
              training.parameters(),
              training.outcome(),
              Optional.empty(),
              diverged(training.outcome()) ? Optional.empty() : Optional.of(training.propagator()));
        }
        case PropagatorSpec.RandomProjection projection -> {
          long startNs = System.nanoTime();
          Ckg graph = CkgFolder.graph(train, knowledge, projection.tripleWeight());
          Propagator walks =
              RandomProjections.of(graph, projection.dim(), projection.tripleWeight(), seed);
          RankingVectors vectors = vectors(walks.propagate(graph, workers), train);
          yield new PropagatorTraining(
              vectors,
              0,
              untrained(metric.applyAsDouble(vectors), startNs),
              Optional.of(walks),
              Optional.empty());
        }
      };
    }
  }

  private static PropagatorTraining layered(
      Interactions train,
      Optional<KnowledgeGraph> knowledge,
      PropagatorSpec.Layered spec,
      ToDoubleFunction<RankingVectors> metric,
      long seed,
      Workers workers,
      TrainingListener listener,
      BooleanSupplier cancelled) {
    LayeredTraining training =
        LayeredTraining.of(
            train,
            knowledge,
            spec,
            propagation -> metric.applyAsDouble(vectors(propagation, train)),
            seed,
            workers);
    GraphLearner learner = training.learner();
    TrainingOutcome outcome =
        new TrainingLoop(spec.epochsMax(), spec.patience())
            .run(training.trainee(), listener, cancelled);
    return new PropagatorTraining(
        vectors(learner.propagate(), train),
        learner.parameters(),
        outcome,
        diverged(outcome)
            ? Optional.empty()
            : Optional.of(learner.propagator(training.withTriples() ? 1 : 0)),
        Optional.empty());
  }

  private static boolean diverged(TrainingOutcome outcome) {
    return outcome.reason() == TrainingOutcome.Reason.DIVERGED;
  }

  private static RankingVectors vectors(Propagation propagation, Interactions train) {
    int users = train.userCount();
    return new RankingVectors(
        propagation.spec().finalSize(),
        propagation.finals(0, users),
        propagation.finals(users, users + train.itemCount()));
  }

  private static TrainingOutcome untrained(double metric, long startNs) {
    Duration total = Duration.ofNanos(System.nanoTime() - startNs);
    return new TrainingOutcome(TrainingOutcome.Reason.FINISHED, 0, 0, metric, total, total);
  }
}
