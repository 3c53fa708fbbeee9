package org.espalier.service.cli;

import org.espalier.service.console.Console;
import org.espalier.service.console.Progress;
import org.espalier.service.propagation.PropagationListener;
import org.espalier.service.propagation.PropagationPhase;
import org.jspecify.annotations.Nullable;

/** Shows a propagation on the console, a bar a phase. */
final class PropagationProgress implements PropagationListener, AutoCloseable {

  private static final int STEPS = 1000;

  private final Console console;
  private @Nullable Progress bar;
  private long shown;

  PropagationProgress(Console console) {
    this.console = console;
  }

  @Override
  public void phase(PropagationPhase phase) {
    close();
    String words = phase.words();
    bar = console.progress(Character.toUpperCase(words.charAt(0)) + words.substring(1), STEPS);
    shown = 0;
  }

  @Override
  public void progress(double share, String note) {
    if (bar != null) {
      long done = Math.round(share * STEPS);
      if (done > shown) { // a training's first epoch does not know how many there are
        bar.step(done - shown);
        shown = done;
      }
      bar.note(note);
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }
}
