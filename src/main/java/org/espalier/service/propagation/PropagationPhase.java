package org.espalier.service.propagation;

/** The steps from the log to a generation. */
public enum PropagationPhase {
  READING("reading the log and the triples", 0.05),
  MEASURING("training to measure", 0.5),
  TRAINING("training to serve", 0.97),
  WRITING("writing the generation", 1);

  private final String words;
  private final double doneAfter;

  PropagationPhase(String words, double doneAfter) {
    this.words = words;
    this.doneAfter = doneAfter;
  }

  /** What it does, in a few words. */
  public String words() {
    return words;
  }

  /** The share of the whole that is done after it: a guess that keeps a bar moving. */
  double doneAfter() {
    return doneAfter;
  }
}
