package org.espalier.learning.mf;

/**
 * How to train a matrix factorisation.
 *
 * @param objective the loss and its parameters
 * @param dim length of the vectors, at least 1
 * @param seed of everything random
 * @param threads at least 1; BPR with several threads races for rows by design and is then not
 *     repeatable bit for bit, all else is
 * @param epochsMax at least 1
 * @param patience how many epochs in a row may bring no better validation metric
 * @param initDeviation standard deviation of the first vectors' coordinates
 */
public record MfSpec(
    MfObjective objective,
    int dim,
    long seed,
    int threads,
    int epochsMax,
    int patience,
    double initDeviation) {

  /** Up to here the softmax runs over all items; above, a sample is as good and cheaper. */
  private static final int FULL_SOFTMAX_ITEMS_MAX = 10_000;

  public MfSpec {
    if (dim < 1 || threads < 1 || epochsMax < 1 || patience < 1 || !(initDeviation > 0)) {
      throw new IllegalArgumentException(
          "dim=%d, threads=%d, epochsMax=%d and patience=%d must be at least 1, initDeviation=%s above 0"
              .formatted(dim, threads, epochsMax, patience, initDeviation));
    }
  }

  /**
   * Settings that were chosen on the validation slice of MovieLens 100K: 64 dimensions, one thread.
   *
   * @param itemCount decides whether a softmax runs over all items or over a sample
   */
  public static MfSpec of(MfLoss loss, int itemCount, long seed) {
    int dim = 64;
    return switch (loss) {
      case BPR -> new MfSpec(new MfObjective.Bpr(0.12, 0.04, 8), dim, seed, 1, 20, 5, 0.02);
      case SOFTMAX -> {
        int sampled = itemCount <= FULL_SOFTMAX_ITEMS_MAX ? 0 : 2048;
        var softmax = new MfObjective.Softmax(0.01, 0.155, 128, sampled);
        yield new MfSpec(softmax, dim, seed, 1, 100, 10, 0.1);
      }
      // Deviation 0.1 / √dim as in the paper, so that first scores are small.
      case ALS -> new MfSpec(new MfObjective.Als(1, 0.04, 0.75), dim, seed, 1, 8, 8, 0.1 / 8);
    };
  }

  /** The same with another dimension. */
  public MfSpec withDim(int dim) {
    return new MfSpec(objective, dim, seed, threads, epochsMax, patience, initDeviation);
  }

  /** The same with another number of threads. */
  public MfSpec withThreads(int threads) {
    return new MfSpec(objective, dim, seed, threads, epochsMax, patience, initDeviation);
  }

  /** The same with another bound on the epochs. */
  public MfSpec withEpochsMax(int epochsMax) {
    return new MfSpec(objective, dim, seed, threads, epochsMax, patience, initDeviation);
  }

  /** The same with another objective. */
  public MfSpec withObjective(MfObjective objective) {
    return new MfSpec(objective, dim, seed, threads, epochsMax, patience, initDeviation);
  }
}
