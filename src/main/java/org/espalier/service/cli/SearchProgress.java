package org.espalier.service.cli;

import java.time.Duration;
import java.util.Locale;
import org.espalier.learning.train.TrainingEvent;
import org.espalier.search.job.SearchEvent;
import org.espalier.search.job.SearchListener;
import org.espalier.service.console.Console;
import org.espalier.service.console.Progress;
import org.jspecify.annotations.Nullable;

/** Shows a search on the console: a bar a phase, and how long the rest will take. */
final class SearchProgress implements SearchListener, AutoCloseable {

  private static final int STEPS = 100;

  private final Console console;
  private @Nullable Progress current;
  private int shown;

  SearchProgress(Console console) {
    this.console = console;
  }

  @Override
  public void on(SearchEvent event) {
    switch (event) {
      case SearchEvent.Started started -> {
        current = console.progress(started.phase().task(), STEPS);
        shown = 0;
      }
      case SearchEvent.Advanced advanced -> {
        move(advanced.share());
        note(
            Duration.ofSeconds(advanced.remaining().toSeconds())
                    .toString()
                    .substring(2)
                    .toLowerCase(Locale.ROOT)
                + " left in all");
      }
      case SearchEvent.Training training -> {
        if (training.event() instanceof TrainingEvent.EpochDone epoch) {
          note(String.format(Locale.ROOT, "loss %.4f", epoch.lossMean()));
        }
      }
      case SearchEvent.Finished finished -> {
        if (finished.resumed()) {
          console.say("espalier: %s: done before".formatted(finished.phase().task()));
        }
        move(1);
        close();
      }
      case SearchEvent.Warned warned -> console.say("espalier: warning: " + warned.line());
    }
  }

  private void move(double share) {
    int reached = (int) (STEPS * share);
    if (current != null && reached > shown) {
      current.step(reached - shown);
      shown = reached;
    }
  }

  private void note(String words) {
    if (current != null) {
      current.note(words);
    }
  }

  @Override
  public void close() {
    if (current != null) {
      current.close();
      current = null;
    }
  }
}
