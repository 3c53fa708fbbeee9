package org.espalier.search.model;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.espalier.learning.kernel.TrainingKernels;

/**
 * A part of a click model that adds to the logits. Its weights are the slice {@code [at, at + count())}
 * of the model's dense weights; what it keeps between forward and backward belongs to one thread.
 */
abstract sealed class Head permits LinearHead, PairwiseHead, DeepHead, CrossHead {

  /** Where this head's weights start in the dense weights. */
  final int at;

  Head(int at) {
    this.at = at;
  }

  /** The number of its weights. */
  abstract int count();

  abstract void initialise(float[] dense, RandomGenerator random);

  /**
   * Adds this head's part to the logits of a batch.
   *
   * @param dropout where random zeros come from in training; none when predicting
   */
  abstract void forward(UnitBatch batch, float[] dense, Dropout dropout, float[] logits);

  /** Adds the gradients of the last forward's weights and of {@link UnitBatch#x}. */
  abstract void backward(UnitBatch batch, float[] dense, float[] dLogits, float[] dDense);

  /**
   * Turns the weights with the space that the vectors live in, so that the outputs stay.
   *
   * @param rotation (D, D) orthogonal, row-major: vectors become {@code x · rotation}
   * @throws IllegalStateException when this head depends on the axes
   */
  abstract void rotate(float[] dense, float[] rotation);

  /** {@code M ← rotationᵀ · M} for a (D, columns) matrix that vectors are multiplied with. */
  static void rotateRows(float[] dense, int at, int dim, int columns, float[] rotation) {
    float[] before = Arrays.copyOfRange(dense, at, at + dim * columns);
    Arrays.fill(dense, at, at + dim * columns, 0f);
    TrainingKernels.best()
        .multiplyAdd(
            dim, columns, dim, rotation, 0, 1, dim, before, 0, columns, dense, at, columns);
  }

  /** Uniform in ±√(6 / (in + out)) (Glorot and Bengio, AISTATS 2010). */
  static void glorot(float[] dense, int at, int count, int in, int out, RandomGenerator random) {
    float limit = (float) Math.sqrt(6.0 / (in + out));
    for (int i = at; i < at + count; i++) {
      dense[i] = (2 * random.nextFloat() - 1) * limit;
    }
  }

  /** Writes the transpose of a (rows, columns) matrix. */
  static void transpose(float[] matrix, int at, int rows, int columns, float[] target) {
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        target[c * rows + r] = matrix[at + r * columns + c];
      }
    }
  }
}
