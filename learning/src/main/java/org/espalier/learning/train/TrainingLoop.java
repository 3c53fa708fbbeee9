package org.espalier.learning.train;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.espalier.learning.train.TrainingOutcome.Reason;

/**
 * Epochs with validation, early stopping, cancellation and a watch for divergence: what all models'
 * trainings have in common.
 */
public final class TrainingLoop {

  private final int epochsMax;
  private final int patience;
  private final LongSupplier nanoTime;

  /**
   * @param epochsMax at least 1
   * @param patience see {@link EarlyStopping}
   */
  public TrainingLoop(int epochsMax, int patience) {
    this(epochsMax, patience, System::nanoTime);
  }

  TrainingLoop(int epochsMax, int patience, LongSupplier nanoTime) {
    if (epochsMax < 1) {
      throw new IllegalArgumentException("epochsMax=" + epochsMax + " must be at least 1");
    }
    this.epochsMax = epochsMax;
    this.patience = patience;
    this.nanoTime = nanoTime;
  }

  /**
   * Trains and leaves the trainee with its best weights: those of the best epoch, or of the last
   * completed one when there is no validation metric, or the first ones when none was completed.
   *
   * @param cancelled asked between steps; true ends the training
   */
  public TrainingOutcome run(
      Trainee trainee, TrainingListener listener, BooleanSupplier cancelled) {
    long startNs = nanoTime.getAsLong();
    EarlyStopping stopping = new EarlyStopping(patience);
    Duration untilBest = Duration.ZERO;
    Reason reason = Reason.FINISHED;
    int epoch = 0;
    trainee.keep();
    while (epoch < epochsMax) {
      epoch++;
      Progress progress =
          new Progress(epoch, trainee.samplesPerEpoch(), listener, cancelled, nanoTime, startNs);
      trainee.trainEpoch(epoch, progress);
      if (progress.cancelled() || !progress.finite()) {
        reason = progress.cancelled() ? Reason.CANCELLED : Reason.DIVERGED;
        break;
      }
      double metric = trainee.validate();
      boolean best = stopping.improves(epoch, metric);
      Duration elapsed = Duration.ofNanos(nanoTime.getAsLong() - startNs);
      if (best) {
        trainee.keep();
        untilBest = elapsed;
      }
      listener.on(
          new TrainingEvent.EpochDone(
              epoch, epochsMax, progress.lossMean(), metric, best, elapsed));
      if (epoch < epochsMax && stopping.exhausted(epoch)) {
        reason = Reason.CONVERGED;
        break;
      }
    }
    trainee.restore();
    TrainingOutcome outcome =
        new TrainingOutcome(
            reason,
            epoch,
            stopping.bestEpoch(),
            stopping.best(),
            untilBest,
            Duration.ofNanos(nanoTime.getAsLong() - startNs));
    listener.on(new TrainingEvent.Stopped(outcome));
    return outcome;
  }
}
