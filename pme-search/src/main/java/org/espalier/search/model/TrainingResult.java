package org.espalier.search.model;

import org.espalier.learning.metric.CtrMetrics;
import org.espalier.learning.train.TrainingOutcome;

/**
 * How a training went.
 *
 * @param outcome why and when it ended
 * @param valid the validation of the numbers that the model kept
 * @param epochSeconds wall time of an epoch's steps alone, mean
 * @param samplesPerSecond samples a second of steps
 */
public record TrainingResult(
    TrainingOutcome outcome, CtrMetrics valid, double epochSeconds, double samplesPerSecond) {}
