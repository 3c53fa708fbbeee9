package org.espalier.kgat.history;

/**
 * How to train a {@link HistoryEncoder}. The defaults were chosen on the validation slice of MovieLens
 * 100K.
 *
 * @param dim values of a vector, without the item's bias
 * @param historyDropout share of a history's items that are hidden in a step, in [0, 1)
 * @param dropout share of the encoded values that are dropped in a step, in [0, 1)
 * @param itemExponent an item weighs its count to this power in a history
 * @param learningRate Adam's first step; it falls to 0 along a cosine
 * @param l2 half of it times the squared length of the tables is added to a batch's loss
 * @param batch users of a step
 * @param epochs how many there are
 * @param sampledItems how many items stand for all others in a step's softmax, beside those that its
 *     users have; 0 means all
 * @param onlyHidden whether only the hidden part of a history is to be predicted, not all of it
 * @param popularity an item's bias starts at this times {@code ln(1 + count)}
 */
public record EncoderSpec(
    int dim,
    float historyDropout,
    float dropout,
    float itemExponent,
    double learningRate,
    float l2,
    int batch,
    int epochs,
    int sampledItems,
    boolean onlyHidden,
    float popularity) {

  /** What the validation slice liked best. */
  public static final EncoderSpec DEFAULT =
      new EncoderSpec(128, 0.5f, 0.2f, -0.25f, 4e-3, 2e-5f, 128, 60, 0, false, 0);

  /** For large catalogues and short histories; little tuned, on samples of iFashion. */
  public static final EncoderSpec LARGE =
      new EncoderSpec(64, 0.5f, 0.2f, -0.25f, 2e-3, 2e-5f, 1024, 3, 2048, true, 1);

  /**
   * @throws IllegalArgumentException when a value is out of its range
   */
  public EncoderSpec {
    boolean shares = historyDropout >= 0 && historyDropout < 1 && dropout >= 0 && dropout < 1;
    boolean counts = dim >= 1 && batch >= 1 && epochs >= 1 && sampledItems >= 0;
    if (!counts || !shares || !(learningRate > 0) || !(l2 >= 0) || !(popularity >= 0)) {
      throw new IllegalArgumentException(
          ("out of range: dim=%d, batch=%d, epochs=%d, sampledItems=%d, historyDropout=%s,"
                  + " dropout=%s, learningRate=%s, l2=%s, popularity=%s")
              .formatted(
                  dim,
                  batch,
                  epochs,
                  sampledItems,
                  historyDropout,
                  dropout,
                  learningRate,
                  l2,
                  popularity));
    }
    if (onlyHidden && historyDropout == 0) {
      throw new IllegalArgumentException("onlyHidden needs a historyDropout above 0");
    }
  }
}
