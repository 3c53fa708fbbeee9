package org.espalier.service.propagation;

import java.util.Locale;
import org.espalier.learning.train.TrainingEvent;
import org.espalier.learning.train.TrainingListener;

/** A training's events as progress of a propagation. Used by one thread. */
final class EpochProgress implements TrainingListener {

  private final PropagationListener listener;
  private int epochsMax;

  EpochProgress(PropagationListener listener) {
    this.listener = listener;
  }

  @Override
  public void on(TrainingEvent event) {
    switch (event) {
      case TrainingEvent.StepDone step -> {
        double ofEpoch = (double) step.samples() / Math.max(1, step.samplesTotal());
        listener.progress(
            epochsMax == 0 ? 0 : (step.epoch() - 1 + ofEpoch) / epochsMax,
            String.format(Locale.ROOT, "epoch %d, loss %.4f", step.epoch(), step.lossMean()));
      }
      case TrainingEvent.EpochDone epoch -> {
        epochsMax = epoch.epochsMax();
        listener.progress(
            (double) epoch.epoch() / epoch.epochsMax(),
            String.format(
                Locale.ROOT,
                "epoch %d of at most %d, loss %.4f",
                epoch.epoch(),
                epoch.epochsMax(),
                epoch.lossMean()));
      }
      case TrainingEvent.Stopped _ -> listener.progress(1, "");
    }
  }
}
