package org.espalier.learning.mf;

import org.espalier.learning.train.TrainingOutcome;

/**
 * A trained factorisation and how its training went.
 *
 * @param model of the best epoch
 * @param outcome says whether the model is of use: see {@link TrainingOutcome#reason()}
 */
public record MfTraining(MfModel model, TrainingOutcome outcome) {}
