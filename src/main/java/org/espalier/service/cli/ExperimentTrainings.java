package org.espalier.service.cli;

import org.espalier.learning.train.TrainingEvent;
import org.espalier.learning.train.TrainingListener;
import org.espalier.service.console.Console;
import org.jspecify.annotations.Nullable;

/** Shows the trainings of one experiment one after the other. */
final class ExperimentTrainings implements TrainingListener, AutoCloseable {

  private int started;
  private @Nullable TrainingProgress current;

  @Override
  public void on(TrainingEvent event) {
    if (current == null) {
      started++;
      current = new TrainingProgress(Console.ofProcess(), "Training, part " + started);
    }
    current.on(event);
    if (event instanceof TrainingEvent.Stopped) {
      current = null; // it has closed itself
    }
  }

  @Override
  public void close() {
    if (current != null) {
      current.close();
    }
  }
}
