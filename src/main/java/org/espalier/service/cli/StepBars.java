package org.espalier.service.cli;

import org.espalier.embeddings.table.StepListener;
import org.espalier.service.console.Console;
import org.espalier.service.console.Progress;
import org.jspecify.annotations.Nullable;

/** Shows the steps of work on vectors, one after the other. */
final class StepBars implements StepListener, AutoCloseable {

  private final Console console;
  private @Nullable String step;
  private @Nullable Progress bar;
  private long shown;

  StepBars(Console console) {
    this.console = console;
  }

  @Override
  public void progress(String now, long done, long total) {
    if (bar == null || !now.equals(step)) {
      close();
      step = now;
      shown = 0;
      bar = console.progress(Character.toUpperCase(now.charAt(0)) + now.substring(1), total);
    }
    bar.step(done - shown);
    shown = done;
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }
}
