package org.espalier.kgat.history;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.ToDoubleFunction;
import org.espalier.kgat.graph.Ckg;
import org.espalier.kgat.model.RankingVectors;
import org.espalier.learning.data.Interactions;
import org.espalier.learning.data.ItemSets;
import org.espalier.learning.kernel.Workers;
import org.espalier.learning.train.TrainingListener;
import org.espalier.learning.train.TrainingLoop;
import org.espalier.learning.train.TrainingOutcome;

/**
 * Both halves, fitted and put side by side.
 *
 * @param vectors of all users and items
 * @param propagator what makes them of histories
 * @param parameters floats of the source and target tables
 * @param outcome of the encoder's training, with the time of the closed form in it; the metric is that
 *     of both together
 */
public record HistoryTraining(
    RankingVectors vectors,
    HistoryPropagator propagator,
    long parameters,
    TrainingOutcome outcome) {

  /**
   * Fits the closed form, then trains the encoder; each epoch is validated beside the closed form.
   *
   * @param graph whose first entities are the items
   * @param metric larger is better, NaN without a validation slice
   */
  public static HistoryTraining run(
      Interactions train,
      Ckg graph,
      ClosedFormSpec closedFormSpec,
      EncoderSpec encoderSpec,
      float encoderWeight,
      ToDoubleFunction<RankingVectors> metric,
      long seed,
      Workers workers,
      TrainingListener listener,
      BooleanSupplier cancelled) {
    long startNs = System.nanoTime();
    ItemSets histories = ItemSets.of(train);
    ClosedForm closedForm = ClosedForm.fit(train, graph, closedFormSpec, seed, workers);
    RankingVectors first = closedForm.vectors(histories);
    Duration fitting = Duration.ofNanos(System.nanoTime() - startNs);
    HistoryEncoder encoder =
        new HistoryEncoder(
            histories,
            encoderSpec,
            second -> metric.applyAsDouble(Blend.of(first, second, encoderWeight)),
            seed,
            workers);
    // The learning rate falls to zero over all epochs, so an early stop would end half-cooked.
    TrainingOutcome training =
        new TrainingLoop(encoderSpec.epochs(), encoderSpec.epochs())
            .run(encoder, listener, cancelled);
    Blend.Scales scales = Blend.scales(first, encoder.vectors(), encoderWeight);
    HistoryPropagator propagator =
        HistoryPropagator.of(closedForm, encoder, scales.first(), scales.second());
    return new HistoryTraining(
        propagator.vectors(histories),
        propagator,
        closedForm.parameters() + encoder.parameterCount(),
        new TrainingOutcome(
            training.reason(),
            training.epochs(),
            training.bestEpoch(),
            training.bestValidation(),
            fitting.plus(training.untilBest()),
            fitting.plus(training.total())));
  }
}
