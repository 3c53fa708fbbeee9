package org.espalier.learning.train;

/** Watches a validation metric, of which more is better, and says when to give up. */
public final class EarlyStopping {

  private final int patience;
  private int bestEpoch;
  private double best = Double.NaN;

  /**
   * @param patience how many epochs in a row may bring no new best, at least 1
   */
  public EarlyStopping(int patience) {
    if (patience < 1) {
      throw new IllegalArgumentException("patience=" + patience + " must be at least 1");
    }
    this.patience = patience;
  }

  /**
   * Notes an epoch's metric.
   *
   * @param metric NaN when unknown
   * @return whether it is a new best: larger than all before, or there was none before
   */
  public boolean improves(int epoch, double metric) {
    if (!Double.isNaN(best) && !(metric > best)) {
      return false;
    }
    best = metric;
    bestEpoch = epoch;
    return true;
  }

  /** Whether the patience has run out after an epoch. */
  public boolean exhausted(int epoch) {
    return epoch - bestEpoch >= patience;
  }

  /** The best epoch so far; 0 before the first. */
  public int bestEpoch() {
    return bestEpoch;
  }

  /** The metric of the best epoch; NaN before the first. */
  public double best() {
    return best;
  }
}
