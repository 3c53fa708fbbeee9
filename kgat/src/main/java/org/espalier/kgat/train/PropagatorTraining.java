package org.espalier.kgat.train;

import java.util.Optional;
import org.espalier.kgat.history.HistoryPropagator;
import org.espalier.kgat.model.Propagator;
import org.espalier.kgat.model.RankingVectors;
import org.espalier.learning.train.TrainingOutcome;

/**
 * A trained propagator and how its training went.
 *
 * @param vectors what ranking uses, of the best epoch
 * @param parameters trainable floats
 * @param outcome says whether the model is of use: see {@link TrainingOutcome#reason()}
 * @param propagator what a refresh of layers goes on with; empty for models without layers, and when the
 *     training {@linkplain TrainingOutcome.Reason#DIVERGED diverged}
 * @param histories what a refresh from histories goes on with; empty for other models, and when the
 *     training diverged
 */
public record PropagatorTraining(
    RankingVectors vectors,
    long parameters,
    TrainingOutcome outcome,
    Optional<Propagator> propagator,
    Optional<HistoryPropagator> histories) {

  /** Whether the vectors can be kept true to what comes in. */
  public boolean follows() {
    return propagator.isPresent() || histories.isPresent();
  }
}
