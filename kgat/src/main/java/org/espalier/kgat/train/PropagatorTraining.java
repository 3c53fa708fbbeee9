package org.espalier.kgat.train;

import java.util.Optional;
import org.espalier.kgat.model.Propagator;
import org.espalier.kgat.model.RankingVectors;
import org.espalier.learning.train.TrainingOutcome;

/**
 * A trained propagator and how its training went.
 *
 * @param vectors what ranking uses, of the best epoch
 * @param parameters trainable floats
 * @param outcome says whether the model is of use: see {@link TrainingOutcome#reason()}
 * @param propagator what a refresh goes on with; empty for models that fold users in from their history
 *     instead, and when the training {@linkplain TrainingOutcome.Reason#DIVERGED diverged}
 */
public record PropagatorTraining(
    RankingVectors vectors,
    long parameters,
    TrainingOutcome outcome,
    Optional<Propagator> propagator) {}
