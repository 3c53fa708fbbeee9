package org.espalier.embeddings.table;

/** Hears how far long work on vectors has come. */
@FunctionalInterface
public interface StepListener {

  /** Hears nothing. */
  StepListener NONE = (step, done, total) -> {};

  /**
   * Part of a step is done; called every few thousand vectors.
   *
   * @param step for people, for example {@code choosing sizes}
   * @param done vectors of {@code total}
   */
  void progress(String step, long done, long total);
}
