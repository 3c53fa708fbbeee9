package org.espalier.service.console;

/** How far one task is. Safe for use by several threads; closing it ends what is shown. */
public sealed interface Progress extends AutoCloseable permits BarProgress, LineProgress {

  /** Says that this many more steps are done. */
  void step(long steps);

  /** Says how many steps there are in all, once that is known. */
  void total(long total);

  /** Adds a few words on the state, as "loss 0.31"; they replace the last ones. */
  void note(String words);

  @Override
  void close();
}
