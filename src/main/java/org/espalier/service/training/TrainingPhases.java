package org.espalier.service.training;

import java.util.Locale;
import java.util.function.Consumer;
import org.espalier.learning.train.TrainingEvent;
import org.espalier.service.jobs.JobContext;
import org.espalier.service.training.TrainingStep.Purpose;
import org.jspecify.annotations.Nullable;

/** Shows the steps of a training as a job's phases and progress. */
final class TrainingPhases implements Consumer<TrainingStep> {

  // Shares of the whole that are done after each phase: guesses that keep the bar moving.
  private static final double READ = 0.05;
  private static final double MEASURED = 0.5;
  private static final double TRAINED = 0.95;

  private final JobContext context;
  private @Nullable Purpose purpose;
  private int epochsMax;

  TrainingPhases(JobContext context) {
    this.context = context;
    context.phase("reading the log", READ);
  }

  @Override
  public void accept(TrainingStep step) {
    switch (step) {
      case TrainingStep.Reading now ->
          context.progress((double) now.sequence() / Math.max(1, now.lastSequence()), "");
      case TrainingStep.Training now -> {
        if (purpose != now.purpose()) {
          purpose = now.purpose();
          epochsMax = 0;
          begin(now.purpose());
        }
        training(now.event());
      }
      case TrainingStep.Writing now -> context.phase("writing generation " + now.generation(), 1);
    }
  }

  private void begin(Purpose next) {
    switch (next) {
      case MEASURE -> context.phase("training to measure", MEASURED);
      case SERVE -> context.phase("training to serve", TRAINED);
    }
  }

  private void training(TrainingEvent event) {
    switch (event) {
      case TrainingEvent.StepDone step -> {
        double ofEpoch = (double) step.samples() / Math.max(1, step.samplesTotal());
        context.progress(
            epochsMax == 0 ? 0 : (step.epoch() - 1 + ofEpoch) / epochsMax,
            String.format(Locale.ROOT, "epoch %d, loss %.4f", step.epoch(), step.lossMean()));
      }
      case TrainingEvent.EpochDone epoch -> {
        epochsMax = epoch.epochsMax();
        context.progress(
            (double) epoch.epoch() / epochsMax,
            String.format(
                Locale.ROOT,
                "epoch %d of at most %d, loss %.4f",
                epoch.epoch(),
                epochsMax,
                epoch.lossMean()));
      }
      case TrainingEvent.Stopped _ -> context.progress(1, "");
    }
  }
}
