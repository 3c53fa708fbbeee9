package org.espalier.search.model;

/**
 * How a click model is trained.
 *
 * @param epochsMax epochs over the source at most
 * @param patience epochs without a better validation before the training stops
 * @param batch samples a step
 * @param learningRate Adam's, at the start
 * @param cooling whether the rate falls to zero along a half cosine over {@code epochsMax}
 * @param l2 weight of the touched rows' squared norm / 2
 * @param threads parts that a batch is cut into; the same number gives the same model bit for bit
 */
public record TrainingSpec(
    int epochsMax,
    int patience,
    int batch,
    double learningRate,
    boolean cooling,
    double l2,
    long seed,
    int threads) {

  public TrainingSpec {
    if (epochsMax < 1 || patience < 1 || batch < 1 || threads < 1) {
      throw new IllegalArgumentException(
          "epochsMax=%d, patience=%d, batch=%d and threads=%d are at least 1"
              .formatted(epochsMax, patience, batch, threads));
    }
    if (!(learningRate > 0) || !(l2 >= 0)) {
      throw new IllegalArgumentException(
          "learningRate=%s is not above 0, or l2=%s is below 0".formatted(learningRate, l2));
    }
  }
}
