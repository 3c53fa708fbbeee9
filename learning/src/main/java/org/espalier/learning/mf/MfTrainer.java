package org.espalier.learning.mf;

import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import org.espalier.learning.data.Interactions;
import org.espalier.learning.data.ItemSets;
import org.espalier.learning.kernel.Workers;
import org.espalier.learning.metric.RetrievalEvaluator;
import org.espalier.learning.train.TrainingListener;
import org.espalier.learning.train.TrainingLoop;
import org.espalier.learning.train.TrainingOutcome;

/**
 * Trains matrix factorisations on implicit feedback: which pairs there are counts, not how often, when
 * or with what value.
 */
public final class MfTrainer {

  /** A larger validation slice is sampled: its error is then a few per cent of the metric's own. */
  private static final int VALIDATION_USERS_MAX = 20_000;

  private MfTrainer() {}

  /**
   * Trains until the NDCG@20 on the validation slice stops improving.
   *
   * @param validation over the same users and items; without it all epochs are run
   * @param cancelled asked between steps; true ends the training with the best model so far
   * @throws IllegalArgumentException when there is nothing to train on
   */
  public static MfTraining train(
      Interactions train,
      Optional<Interactions> validation,
      MfSpec spec,
      TrainingListener listener,
      BooleanSupplier cancelled) {
    if (train.size() == 0) {
      throw new IllegalArgumentException("there are no interactions to train on");
    }
    ItemSets seen = ItemSets.of(train);
    Optional<RetrievalEvaluator> evaluator =
        validation
            .map(v -> RetrievalEvaluator.of(v, train))
            .map(e -> e.sample(VALIDATION_USERS_MAX, new SplittableRandom(spec.seed())))
            .filter(e -> e.userCount() > 0);
    try (Workers workers = new Workers(spec.threads())) {
      Factors factors = new Factors(spec, seen, evaluator, workers);
      FactorTrainee trainee =
          switch (spec.objective()) {
            case MfObjective.Bpr bpr -> new BprTrainee(factors, seen, bpr);
            case MfObjective.Softmax softmax -> new SoftmaxTrainee(factors, seen, softmax);
            case MfObjective.Als als -> new AlsTrainee(factors, seen, als);
          };
      TrainingOutcome outcome =
          new TrainingLoop(spec.epochsMax(), spec.patience()).run(trainee, listener, cancelled);
      return new MfTraining(factors.model(), outcome);
    }
  }
}
