package org.espalier.service.cli;

import org.espalier.service.console.CommandException;
import org.espalier.service.console.Console;
import org.espalier.service.console.Progress;
import org.espalier.service.platform.Activation;
import org.espalier.service.training.ModelTrainer;
import org.espalier.service.training.TrainingResult;
import org.espalier.service.training.TrainingSpec;
import org.espalier.service.training.TrainingStep;
import org.jspecify.annotations.Nullable;

/** Makes a generation of a running service's log and activates it, and shows how far that is. */
final class GenerationTraining implements AutoCloseable {

  private final Console console;
  private TrainingStep.@Nullable Purpose purpose;
  private @Nullable TrainingProgress training;
  private @Nullable Progress reading;
  private long read;

  private GenerationTraining(Console console) {
    this.console = console;
  }

  /**
   * Trains, and returns once the new generation answers.
   *
   * @throws org.espalier.service.training.TrainingException when there is nothing to train on
   */
  static TrainingResult.Trained run(RunningService service, TrainingSpec spec, Console console) {
    try (GenerationTraining shown = new GenerationTraining(console)) {
      ModelTrainer trainer = service.part(ModelTrainer.class);
      return switch (trainer.train(spec, shown::on, service::stopping)) {
        case TrainingResult.Trained trained -> {
          service.part(Activation.class).activate(trained.generation());
          yield trained;
        }
        case TrainingResult.Cancelled _ -> throw new CommandException("the training was cancelled");
      };
    }
  }

  private void on(TrainingStep step) {
    switch (step) {
      case TrainingStep.Reading now -> {
        if (reading == null) {
          reading = console.progress("Reading the log", now.lastSequence());
        }
        reading.step(now.sequence() - read);
        read = now.sequence();
      }
      case TrainingStep.Training now -> {
        if (training == null || purpose != now.purpose()) {
          close();
          purpose = now.purpose();
          training = new TrainingProgress(console, task(now.purpose()));
        }
        training.on(now.event());
      }
      case TrainingStep.Writing _ -> close();
    }
  }

  private static String task(TrainingStep.Purpose purpose) {
    return switch (purpose) {
      case MEASURE -> "Training to measure";
      case SERVE -> "Training to serve";
    };
  }

  @Override
  public void close() {
    if (reading != null) {
      reading.close();
      reading = null;
    }
    if (training != null) {
      training.close();
      training = null;
    }
  }
}
