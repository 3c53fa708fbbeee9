package org.espalier.kgat.train;

import org.espalier.kgat.model.RankingVectors;
import org.espalier.learning.train.TrainingOutcome;

/**
 * A trained propagator and how its training went.
 *
 * @param vectors what ranking uses, of the best epoch
 * @param parameters trainable floats
 * @param outcome says whether the model is of use: see {@link TrainingOutcome#reason()}
 */
public record PropagatorTraining(
    RankingVectors vectors, long parameters, TrainingOutcome outcome) {}
