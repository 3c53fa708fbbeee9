package org.espalier.search.model;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.espalier.embeddings.kernel.FloatKernel;
import org.espalier.embeddings.kernel.FloatKernels;
import org.espalier.learning.kernel.TrainingKernel;
import org.espalier.learning.kernel.TrainingKernels;

/**
 * The cross network of DCN-v2 with low-rank matrices (Wang et al., WWW 2021, equation 2):
 * {@code x_{l+1} = x_0 ⊙ (x_l V_l U_l + b_l) + x_l}, output {@code x_L · w}, where {@code x_0} (N = F · D)
 * is a sample's units side by side. Weights lie layer by layer, V (N, r), U (r, N), b (N), then w (N).
 */
final class CrossHead extends Head {

  private static final FloatKernel KERNEL = FloatKernels.best();
  private static final TrainingKernel TRAINING = TrainingKernels.best();

  private final int fieldCount;
  private final int dim;
  private final int wide; // N
  private final int rank;
  private final int layers;
  private final float[][] states; // layers + 1 of (samples, N)
  private final float[][] crossings; // layers of (samples, N): x_l V U + b
  private final float[][] narrow; // layers of (samples, r): x_l V
  private float[] dState = new float[0];
  private float[] dCrossing = new float[0];
  private float[] dInput = new float[0];
  private float[] dNarrow = new float[0];
  private float[] transposed = new float[0];

  CrossHead(int at, int fieldCount, int dim, int layers, int rank) {
    super(at);
    this.fieldCount = fieldCount;
    this.dim = dim;
    this.wide = fieldCount * dim;
    this.rank = rank;
    this.layers = layers;
    states = new float[layers + 1][0];
    crossings = new float[layers][0];
    narrow = new float[layers][0];
  }

  private int downAt(int layer) {
    return at + layer * (2 * wide * rank + wide);
  }

  private int upAt(int layer) {
    return downAt(layer) + wide * rank;
  }

  private int biasAt(int layer) {
    return upAt(layer) + wide * rank;
  }

  private int outputAt() {
    return downAt(layers);
  }

  @Override
  int count() {
    return outputAt() + wide - at;
  }

  @Override
  void initialise(float[] dense, RandomGenerator random) {
    for (int layer = 0; layer < layers; layer++) {
      glorot(dense, downAt(layer), wide * rank, wide, rank, random);
      glorot(dense, upAt(layer), wide * rank, rank, wide, random);
      Arrays.fill(dense, biasAt(layer), biasAt(layer) + wide, 0f);
    }
    glorot(dense, outputAt(), wide, wide, 1, random);
  }

  @Override
  void forward(UnitBatch batch, float[] dense, Dropout dropout, float[] logits) {
    int samples = batch.sampleCount();
    int values = samples * wide;
    for (int l = 0; l <= layers; l++) {
      states[l] = UnitBatch.atLeast(states[l], values);
    }
    for (int cell = 0; cell < samples * fieldCount; cell++) {
      System.arraycopy(batch.x, batch.index[cell] * dim, states[0], cell * dim, dim);
    }
    for (int l = 0; l < layers; l++) {
      narrow[l] = UnitBatch.atLeast(narrow[l], samples * rank);
      crossings[l] = UnitBatch.atLeast(crossings[l], values);
      float[] crossing = crossings[l];
      Arrays.fill(narrow[l], 0, samples * rank, 0f);
      TRAINING.multiplyAdd(
          samples, rank, wide, states[l], 0, wide, 1, dense, downAt(l), rank, narrow[l], 0, rank);
      for (int s = 0; s < samples; s++) {
        System.arraycopy(dense, biasAt(l), crossing, s * wide, wide);
      }
      TRAINING.multiplyAdd(
          samples, wide, rank, narrow[l], 0, rank, 1, dense, upAt(l), wide, crossing, 0, wide);
      cross(states[0], crossing, states[l], states[l + 1], values);
    }
    for (int s = 0; s < samples; s++) {
      logits[s] += KERNEL.dot(states[layers], s * wide, dense, outputAt(), wide);
    }
  }

  private static void cross(float[] input, float[] crossing, float[] from, float[] to, int count) {
    for (int i = 0; i < count; i++) {
      to[i] = input[i] * crossing[i] + from[i];
    }
  }

  /** dC = d ⊙ x_0, dx_0 += d ⊙ C, dx_l = d + dC Uᵀ Vᵀ; x_0 is also the first layer's x_l. */
  @Override
  void backward(UnitBatch batch, float[] dense, float[] dLogits, float[] dDense) {
    int samples = batch.sampleCount();
    int values = samples * wide;
    dState = UnitBatch.atLeast(dState, values);
    dInput = UnitBatch.atLeast(dInput, values);
    dCrossing = UnitBatch.atLeast(dCrossing, values);
    dNarrow = UnitBatch.atLeast(dNarrow, samples * rank);
    transposed = UnitBatch.atLeast(transposed, wide * rank);
    Arrays.fill(dState, 0, values, 0f);
    Arrays.fill(dInput, 0, values, 0f);
    for (int s = 0; s < samples; s++) {
      KERNEL.axpy(dLogits[s], states[layers], s * wide, dDense, outputAt(), wide);
      KERNEL.axpy(dLogits[s], dense, outputAt(), dState, s * wide, wide);
    }
    for (int l = layers - 1; l >= 0; l--) {
      uncross(dState, states[0], crossings[l], dCrossing, dInput, values);
      for (int s = 0; s < samples; s++) {
        KERNEL.axpy(1, dCrossing, s * wide, dDense, biasAt(l), wide);
      }
      TRAINING.multiplyAdd(
          rank, wide, samples, narrow[l], 0, 1, rank, dCrossing, 0, wide, dDense, upAt(l), wide);
      Arrays.fill(dNarrow, 0, samples * rank, 0f);
      transpose(dense, upAt(l), rank, wide, transposed);
      TRAINING.multiplyAdd(
          samples, rank, wide, dCrossing, 0, wide, 1, transposed, 0, rank, dNarrow, 0, rank);
      TRAINING.multiplyAdd(
          wide, rank, samples, states[l], 0, 1, wide, dNarrow, 0, rank, dDense, downAt(l), rank);
      transpose(dense, downAt(l), wide, rank, transposed);
      TRAINING.multiplyAdd(
          samples, wide, rank, dNarrow, 0, rank, 1, transposed, 0, wide, dState, 0, wide);
    }
    for (int cell = 0; cell < samples * fieldCount; cell++) {
      int unitAt = batch.index[cell] * dim;
      KERNEL.axpy(1, dInput, cell * dim, batch.dx, unitAt, dim);
      KERNEL.axpy(1, dState, cell * dim, batch.dx, unitAt, dim);
    }
  }

  private static void uncross(
      float[] d, float[] input, float[] crossing, float[] dCrossing, float[] dInput, int count) {
    for (int i = 0; i < count; i++) {
      dCrossing[i] = d[i] * input[i];
      dInput[i] += d[i] * crossing[i];
    }
  }

  @Override
  void rotate(float[] dense, float[] rotation) {
    throw new IllegalStateException("a cross network multiplies coordinate by coordinate");
  }
}
