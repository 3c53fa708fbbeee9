package org.espalier.service.console;

import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarStyle;

/** A bar on a terminal. */
final class BarProgress implements Progress {

  private final ProgressBar bar;

  BarProgress(Console console, String task, long total) {
    bar =
        ProgressBar.builder()
            .setTaskName(task)
            .setInitialMax(hint(total))
            .setStyle(ProgressBarStyle.ASCII)
            .setUpdateIntervalMillis(200)
            .setConsumer(new ConsoleProgressBarConsumer(console.err(), console.columns()))
            .build();
  }

  @Override
  public void step(long steps) {
    bar.stepBy(steps);
  }

  @Override
  public void total(long total) {
    bar.maxHint(hint(total));
  }

  /** The bar's own way to say that the total is not known. */
  private static long hint(long total) {
    return total == 0 ? -1 : total;
  }

  @Override
  public void note(String words) {
    bar.setExtraMessage(" " + words);
  }

  @Override
  public void close() {
    bar.close();
  }
}
