package org.espalier.embeddings.fit;

/** Hears how far a fit has come. */
@FunctionalInterface
public interface FitListener {

  /** Hears nothing. */
  FitListener NONE = (step, done, total) -> {};

  /**
   * Part of a step is done; called every few thousand vectors.
   *
   * @param step for people, for example {@code choosing sizes}
   * @param done vectors of {@code total}
   */
  void progress(String step, long done, long total);
}
