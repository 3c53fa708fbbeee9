package org.espalier.search.size;

/**
 * Accumulates the saliency of every number of a dense table whose gradients another model gives, a row of
 * a batch at a time. Not for use by several threads.
 */
public final class RowSaliency {

  private final int dim;
  private final Criterion criterion;
  private final double[] sums; // (tokens, dim)

  /** Nothing has been added. */
  public RowSaliency(int tokens, int dim, Criterion criterion) {
    this.dim = dim;
    this.criterion = criterion;
    sums = new double[Math.multiplyExact(tokens, dim)];
  }

  /**
   * Adds one batch's gradient of one row.
   *
   * @param at where the row's numbers begin in both arrays
   */
  public void add(int token, float[] rows, float[] gradients, int at) {
    for (int d = 0; d < dim; d++) {
      sums[token * dim + d] += criterion.contribution(gradients[at + d], rows[at + d]);
    }
  }

  /** The saliencies so far, (tokens, dim) row-major. */
  public double[] saliency() {
    double[] finished = new double[sums.length];
    for (int i = 0; i < sums.length; i++) {
      finished[i] = criterion.finish(sums[i]);
    }
    return finished;
  }
}
