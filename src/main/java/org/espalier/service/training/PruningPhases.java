package org.espalier.service.training;

import java.util.Locale;
import org.espalier.learning.train.TrainingEvent;
import org.espalier.search.job.SearchEvent;
import org.espalier.search.job.SearchListener;
import org.espalier.search.job.SearchPhase;
import org.espalier.service.jobs.JobContext;

/** Shows how a search goes as a job's phases and progress. */
final class PruningPhases implements SearchListener {

  private final JobContext context;
  private String note = "";

  PruningPhases(JobContext context) {
    this.context = context;
  }

  @Override
  public void on(SearchEvent event) {
    switch (event) {
      case SearchEvent.Started started -> begin(started.phase());
      case SearchEvent.Advanced now -> {
        context.progress(now.share(), note);
        context.remaining(now.remaining());
      }
      case SearchEvent.Training training -> training(training.event());
      case SearchEvent.Finished finished -> {
        if (finished.resumed()) {
          begin(finished.phase());
        }
        context.progress(1, "");
      }
      case SearchEvent.Warned warned -> note = warned.line();
    }
  }

  private void begin(SearchPhase phase) {
    note = "";
    context.phase(phase.task().toLowerCase(Locale.ROOT), doneAfter(phase));
  }

  /** The share of the whole that is done after a phase: guesses that keep the bar moving. */
  private static double doneAfter(SearchPhase phase) {
    return switch (phase) {
      case SNAPSHOT -> 0.05;
      case SPLIT -> 0.06;
      case WARM_UP -> 0.4;
      case SALIENCY -> 0.45;
      case SIZES -> 0.5;
      case EVALUATION -> 0.6;
      case FINAL_TRAINING -> 0.95;
      case CANDIDATE -> 1;
    };
  }

  private void training(TrainingEvent event) {
    if (event instanceof TrainingEvent.EpochDone epoch) {
      note =
          String.format(
              Locale.ROOT,
              "epoch %d of at most %d, loss %.4f",
              epoch.epoch(),
              epoch.epochsMax(),
              epoch.lossMean());
    }
  }
}
