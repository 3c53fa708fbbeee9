package org.espalier.search.job;

/** The parts of a search, in their order. After each of them a restarted search goes on. */
public enum SearchPhase {
  /** The log is read and checked. */
  SNAPSHOT("Reading the log", 5),
  /** It is cut by time into what trains, what chooses and what measures. */
  SPLIT("Splitting by time", 1),
  /** A full-size model is trained: the teacher, and what the result is judged against. */
  WARM_UP("Training the full-size model", 35),
  /** Its axes are balanced, and it says how much every number matters. */
  SALIENCY("Weighing every number", 5),
  /** Sizes at one price, and retraining, in each space that is tried. */
  SIZES("Finding sizes and retraining", 5),
  /** The pruned model beside the full-size one, and the quality–memory curve. */
  EVALUATION("Measuring", 9),
  /** The full-size model of the whole log. */
  FINAL_TRAINING("Training on the whole log", 35),
  /** It is pruned in the same way and written as a candidate. */
  CANDIDATE("Writing the candidate", 5);

  private final String task;
  private final int weight;

  SearchPhase(String task, int weight) {
    this.task = task;
    this.weight = weight;
  }

  /** What is done, for people. */
  public String task() {
    return task;
  }

  /** Rough share of the whole search's time, in per cent, until it is known better. */
  int weight() {
    return weight;
  }
}
