package org.espalier.learning.train;

/** Is told how a training goes, in its thread: it must be quick and must not throw. */
@FunctionalInterface
public interface TrainingListener {

  /** Called in the order in which things happen. */
  void on(TrainingEvent event);

  /** A listener that nobody listens to. */
  static TrainingListener none() {
    return _ -> {};
  }
}
