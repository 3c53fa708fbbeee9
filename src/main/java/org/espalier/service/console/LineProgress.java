package org.espalier.service.console;

import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** A line every few seconds, for logs and pipes. A task that ends before the first is not mentioned. */
final class LineProgress implements Progress {

  private static final long FIRST_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final long EVERY_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final Console console;
  private final String task;
  private final long total;

  // Guarded by this.
  private long done;
  private String words = "";
  private long nextNanos;

  LineProgress(Console console, String task, long total) {
    this.console = console;
    this.task = task;
    this.total = total;
    this.nextNanos = console.nanoTime().getAsLong() + FIRST_NANOS;
  }

  @Override
  public synchronized void step(long steps) {
    done += steps;
    sayWhenDue();
  }

  @Override
  public synchronized void note(String newWords) {
    words = ", " + newWords;
    sayWhenDue();
  }

  private void sayWhenDue() {
    long now = console.nanoTime().getAsLong();
    if (now - nextNanos >= 0) {
      nextNanos = now + EVERY_NANOS;
      console.say(
          String.format(
              Locale.ROOT,
              "%s: %,d of %,d (%d%%)%s",
              task,
              done,
              total,
              done * 100 / total,
              words));
    }
  }

  @Override
  public void close() {
    // The last line stands: the command says itself what came of the task.
  }
}
