package org.espalier.kgat.history;

/**
 * How to fit a {@link ClosedForm}. The defaults were chosen on the validation slice of MovieLens 100K.
 *
 * @param rule how items are weighed from what they have in common
 * @param rank values of a vector; at most the number of items
 * @param regularisation λ, positive; of a regression it is added to the diagonal: how many interactions
 *     a weight must be worth; otherwise see {@link CommonForm}
 * @param nearShare how much of a pair's count depends on how near the two are in the user's order, in
 *     [0, 1]; without times it is 0
 * @param nearness the distance, in interactions, at which that part has fallen to 1/e; positive
 * @param knowledge how many common users two items with the same attributes stand for; 0 leaves the
 *     knowledge graph out
 */
public record ClosedFormSpec(
    Rule rule, int rank, float regularisation, float nearShare, float nearness, float knowledge) {

  /** How items are weighed. */
  public enum Rule {
    /** By what each adds to all others in a squared loss. */
    REGRESSION,
    /** By what they have in common, each alone. */
    COMMON
  }

  /** What the validation slice liked best. */
  public static final ClosedFormSpec DEFAULT = new ClosedFormSpec(192, 100, 0.6f, 5, 45);

  /** For catalogues of which no matrix of all items can be made; little tuned, on samples of iFashion. */
  public static final ClosedFormSpec LARGE = new ClosedFormSpec(64, 3, 0.6f, 5, 1);

  /** For large catalogues with very short histories; chosen on a validation sample of iFashion. */
  public static final ClosedFormSpec SHORT_HISTORIES =
      new ClosedFormSpec(Rule.COMMON, 64, 2, 0.6f, 5, 1);

  /** A regression. */
  public ClosedFormSpec(
      int rank, float regularisation, float nearShare, float nearness, float knowledge) {
    this(Rule.REGRESSION, rank, regularisation, nearShare, nearness, knowledge);
  }

  /**
   * @throws IllegalArgumentException when a value is out of its range
   */
  public ClosedFormSpec {
    if (rank < 1
        || !(regularisation > 0)
        || !(nearShare >= 0 && nearShare <= 1)
        || !(nearness > 0)
        || !(knowledge >= 0)) {
      throw new IllegalArgumentException(
          "out of range: rank=%d, regularisation=%s, nearShare=%s, nearness=%s, knowledge=%s"
              .formatted(rank, regularisation, nearShare, nearness, knowledge));
    }
  }
}
