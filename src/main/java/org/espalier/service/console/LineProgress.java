package org.espalier.service.console;

import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** A line every few seconds, for logs and pipes. A task that ends before the first is not mentioned. */
final class LineProgress implements Progress {

  private static final long FIRST_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final long EVERY_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final Console console;
  private final String task;

  // Guarded by this.
  private long total;
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
  public synchronized void total(long newTotal) {
    total = newTotal;
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
      String far =
          total == 0
              ? String.format(Locale.ROOT, "%,d", done)
              : String.format(Locale.ROOT, "%,d of %,d (%d%%)", done, total, done * 100 / total);
      console.say(task + ": " + far + words);
    }
  }

  @Override
  public void close() {
    // The last line stands: the command says itself what came of the task.
  }
}
