package org.espalier.search.job;

import java.util.List;
import org.espalier.search.model.Architecture;
import org.espalier.search.model.TrainingSpec;

/**
 * The numbers of the recipes, chosen on the validation file of ml-100k-ctr (docs/pruned-ctr.md).
 *
 * <p>At full size the log is learned by heart after a dozen epochs, so dropout and patience decide. A
 * student cannot learn its endless pairs by heart: no dropout, no L2, a high rate that cools. Cross-entropy
 * with the teachers' probability beat the squared distance of logits by .002 to .005 AUC.
 *
 * @param batch samples a step
 * @param patience epochs without a better validation before a training on the log stops
 * @param threads parts that a batch is cut into
 */
record Recipe(int batch, int patience, int threads) {

  /** Default rows of a large field, in buckets of frequency. */
  static final int DEFAULT_ROWS = 8;

  /** The least coordinates of a nested pruned model's space. */
  static final int SPACE = 8;

  /** Coordinates that the space has at least for each number a token has on average. */
  static final double SPACE_PER_NUMBER = 1.25;

  /** Batches of the published saliency, at initialisation: a quarter of an epoch of ml-100k-ctr. */
  static final int FIRST_BATCHES = 10;

  /** Warm-ups at most, each without the rows that did harm in those before. */
  static final int WARM_ROUNDS = 3;

  private static final int BATCH_MAX = 2048;
  private static final int STEPS_PER_EPOCH_MIN = 39; // a short log gets smaller batches
  private static final int PATIENCE_STEPS =
      6 * STEPS_PER_EPOCH_MIN; // an epoch of a long log has more
  private static final int PATIENCE_MIN = 2;
  private static final int PATIENCE_MAX = 6;
  private static final int WARM_PATIENCE =
      1; // a log that is learned by heart in one epoch shows it in the next
  private static final int WARM_EPOCHS = 4; // ten were no better (docs/pruned-ctr.md)
  private static final List<Integer> HIDDEN = List.of(128, 64);
  private static final int CROSS_LAYERS = 2;
  private static final int CROSS_RANK = 32;

  /** The recipe for a log of some samples. */
  static Recipe of(int samples, int threads) {
    int batch = Math.clamp(samples / STEPS_PER_EPOCH_MIN, 1, BATCH_MAX);
    int patience =
        Math.clamp(
            Math.ceilDiv(PATIENCE_STEPS, Math.max(1, samples / batch)), PATIENCE_MIN, PATIENCE_MAX);
    return new Recipe(batch, patience, threads);
  }

  /**
   * Batches that saliency is accumulated over after the warm-up: half of the log, so that rare tokens
   * are judged by what they do and not by whether they were drawn.
   */
  int warmBatches(int samples) {
    return Math.ceilDiv(samples, 2 * batch);
  }

  /** The network of full-size models and teachers. */
  static Architecture fullSize(Architecture.Kind kind) {
    return new Architecture(kind, HIDDEN, 0.5, CROSS_LAYERS, CROSS_RANK, 0.01f);
  }

  /** The network of pruned models; one that learns from labels keeps the dropout. */
  static Architecture pruned(Architecture.Kind kind, boolean distil) {
    return new Architecture(kind, HIDDEN, distil ? 0 : 0.5, CROSS_LAYERS, CROSS_RANK, 0.05f);
  }

  /** How a model learns from labels, or from teachers. */
  TrainingSpec training(boolean distil, long seed) {
    return distil
        ? new TrainingSpec(40, 40, batch, 5e-3, true, 0, seed, threads)
        : new TrainingSpec(30, patience, batch, 5e-3, false, 1e-4, seed, threads);
  }

  /** How the uniform model learns before saliency is taken. */
  TrainingSpec warmUp(boolean distil, long seed) {
    return new TrainingSpec(
        WARM_EPOCHS, WARM_PATIENCE, batch, 5e-3, false, distil ? 0 : 1e-4, seed, threads);
  }
}
