package org.espalier.kgat.history;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.espalier.learning.kernel.Workers;
import org.espalier.learning.train.Adam;

/**
 * What a {@link HistoryEncoder} learns, with an optimiser for each part: two tables (items, dim), a bias
 * (dim) and one (items). Rows that a step does not touch stay as they are and decay when they are
 * touched next, so a step costs what it touches. One thread at a time.
 */
final class EncoderTables {

  private static final int ROWS = 64; // of a thread's block

  private final int dim;
  private final float l2;
  final float[] source;
  final float[] target;
  final float[] bias;
  final float[] itemBias;
  private final Adam sourceAdam;
  private final Adam targetAdam;
  private final Adam biasAdam;
  private final Adam itemBiasAdam;
  private final int[] sourceSteps; // the last step that touched a row
  private final int[] targetSteps;
  private int step;
  private float[][] kept;

  /**
   * @param l2 half of it times the squared length of both tables is added to a step's loss
   */
  EncoderTables(int items, int dim, float l2, SplittableRandom random) {
    this.dim = dim;
    this.l2 = l2;
    source = new float[Math.multiplyExact(items, dim)];
    target = new float[items * dim];
    bias = new float[dim];
    itemBias = new float[items];
    for (int i = 0; i < items * dim; i++) {
      source[i] = (float) (0.1 * random.nextGaussian());
      target[i] = (float) (0.1 * random.nextGaussian());
    }
    sourceAdam = new Adam(items, dim);
    targetAdam = new Adam(items, dim);
    biasAdam = new Adam(1, dim);
    itemBiasAdam = new Adam(items, 1);
    sourceSteps = new int[items];
    targetSteps = new int[items];
    kept = copy();
  }

  /** Starts a step; the updates follow. */
  void nextStep(double rate) {
    step++;
    sourceAdam.nextStep(rate);
    targetAdam.nextStep(rate);
    biasAdam.nextStep(rate);
    itemBiasAdam.nextStep(rate);
  }

  /**
   * Moves some rows of the source table.
   *
   * @param gradient (items, dim); changed
   */
  void updateSource(int[] items, int count, float[] gradient, Workers workers) {
    workers.forBlocks(
        count,
        ROWS,
        (from, to, _) -> {
          for (int i = from; i < to; i++) {
            int item = items[i];
            decay(source, item, gradient, item * dim, sourceSteps);
            sourceAdam.update(source, item, gradient, item * dim);
          }
        });
  }

  /**
   * Moves the candidates' rows of the target table and their biases.
   *
   * @param gradient (candidates, dim); changed
   * @param biasGradient (candidates)
   */
  void updateTarget(
      EncoderCandidates candidates, float[] gradient, float[] biasGradient, Workers workers) {
    workers.forBlocks(
        candidates.count(),
        ROWS,
        (from, to, _) -> {
          for (int c = from; c < to; c++) {
            int item = candidates.item(c);
            decay(target, item, gradient, c * dim, targetSteps);
            targetAdam.update(target, item, gradient, c * dim);
            itemBiasAdam.update(itemBias, item, biasGradient, c);
          }
        });
  }

  private void decay(float[] table, int item, float[] gradient, int at, int[] lastSteps) {
    float scale = l2 * (step - lastSteps[item]);
    lastSteps[item] = step;
    for (int d = 0; d < dim; d++) {
      gradient[at + d] += scale * table[item * dim + d];
    }
  }

  void updateBias(float[] gradient) {
    biasAdam.update(bias, 0, gradient, 0);
  }

  /** Trainable floats. */
  long size() {
    return (long) source.length + target.length + bias.length + itemBias.length;
  }

  /** Keeps the present values for {@link #restore}. */
  void keep() {
    kept = copy();
  }

  /** Goes back to the values last kept; those of the start when none were. */
  void restore() {
    float[][] arrays = arrays();
    for (int i = 0; i < arrays.length; i++) {
      System.arraycopy(kept[i], 0, arrays[i], 0, arrays[i].length);
    }
  }

  float[][] arrays() {
    return new float[][] {source, target, bias, itemBias};
  }

  private float[][] copy() {
    return Arrays.stream(arrays()).map(float[]::clone).toArray(float[][]::new);
  }
}
