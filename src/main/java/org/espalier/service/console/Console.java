package org.espalier.service.console;

import java.io.PrintStream;
import java.util.function.LongSupplier;

/**
 * Where commands show what they are at. Results go to stdout and are the command's own business; this is stderr.
 *
 * @param err where progress goes
 * @param columns the terminal's width in characters; 0 when {@code err} is no terminal
 * @param nanoTime a clock as {@link System#nanoTime}
 */
public record Console(PrintStream err, int columns, LongSupplier nanoTime) {

  /** Java cannot ask whether stderr is a terminal, so the launcher does and sets this to its width. */
  private static final String COLUMNS_PROPERTY = "espalier.terminal.columns";

  /** This process's stderr. */
  public static Console ofProcess() {
    return new Console(System.err, Integer.getInteger(COLUMNS_PROPERTY, 0), System::nanoTime);
  }

  /**
   * Starts to show how far a task is.
   *
   * @param task what is done, as "Sending events"
   * @param total the steps that it takes; 0 while that is not known
   */
  public Progress progress(String task, long total) {
    return columns > 0 ? new BarProgress(this, task, total) : new LineProgress(this, task, total);
  }

  /** Says one line. */
  public void say(String line) {
    err.println(line);
  }
}
