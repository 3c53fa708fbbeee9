package org.espalier.service.cli;

import java.util.Locale;
import org.espalier.learning.train.TrainingEvent;
import org.espalier.learning.train.TrainingListener;
import org.espalier.service.console.Console;
import org.espalier.service.console.Progress;

/** Shows a training on the console, in epochs. Early stopping may end it before the last. */
final class TrainingProgress implements TrainingListener, AutoCloseable {

  private final Progress progress;
  private String validation = "";

  TrainingProgress(Console console, String task) {
    this.progress = console.progress(task, 0);
  }

  @Override
  public void on(TrainingEvent event) {
    switch (event) {
      case TrainingEvent.StepDone step ->
          progress.note(
              String.format(
                  Locale.ROOT,
                  "epoch %d at %d%%, loss %.4f%s",
                  step.epoch(),
                  100 * step.samples() / Math.max(1, step.samplesTotal()),
                  step.lossMean(),
                  validation));
      case TrainingEvent.EpochDone epoch -> {
        validation =
            Double.isNaN(epoch.validation())
                ? ""
                : String.format(Locale.ROOT, ", validation %.4f", epoch.validation());
        progress.note(String.format(Locale.ROOT, "loss %.4f%s", epoch.lossMean(), validation));
        progress.total(epoch.epochsMax());
        progress.step(1);
      }
      case TrainingEvent.Stopped _ -> close();
    }
  }

  @Override
  public void close() {
    progress.close();
  }
}
