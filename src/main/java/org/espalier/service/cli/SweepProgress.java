package org.espalier.service.cli;

import java.util.Locale;
import org.espalier.learning.train.TrainingEvent;
import org.espalier.learning.train.TrainingListener;
import org.espalier.search.job.CtrSweep;
import org.espalier.search.job.SweepRun;
import org.espalier.service.console.Console;
import org.espalier.service.console.Progress;
import org.jspecify.annotations.Nullable;

/** Shows which experiment of a sweep runs, how far it is and how long the rest may take. */
final class SweepProgress implements CtrSweep.Observer, AutoCloseable {

  private final Console console;
  private final long startNanos;
  private @Nullable Progress progress;
  private int shown;
  private String words = "";

  SweepProgress(Console console) {
    this.console = console;
    startNanos = console.nanoTime().getAsLong();
  }

  @Override
  public void starts(SweepRun.Cell cell, int done, int total) {
    if (progress == null) {
      progress = console.progress("Sweep", total);
    }
    progress.step(done - shown);
    shown = done;
    words =
        "%s%s, keep %s, seed %d%s"
            .formatted(
                cell.contender(),
                cell.distil() ? ", distilled" : "",
                cell.keep(),
                cell.seed(),
                remaining(done, total));
    progress.note(words);
  }

  /** The mean of what is done, teachers included, for each that is left. */
  private String remaining(int done, int total) {
    if (done == 0) {
      return "";
    }
    double seconds = (console.nanoTime().getAsLong() - startNanos) * 1e-9 / done * (total - done);
    return seconds < 90
        ? String.format(Locale.ROOT, ", about %.0f s left", seconds)
        : String.format(Locale.ROOT, ", about %.0f min left", seconds / 60);
  }

  @Override
  public TrainingListener trainings() {
    return event -> {
      if (progress != null && event instanceof TrainingEvent.EpochDone epoch) {
        progress.note("%s: epoch %d of %d".formatted(words, epoch.epoch(), epoch.epochsMax()));
      }
    };
  }

  @Override
  public void close() {
    if (progress != null) {
      progress.close();
    }
  }
}
