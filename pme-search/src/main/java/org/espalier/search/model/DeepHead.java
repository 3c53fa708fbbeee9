package org.espalier.search.model;

import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.espalier.embeddings.kernel.FloatKernel;
import org.espalier.embeddings.kernel.FloatKernels;
import org.espalier.learning.kernel.TrainingKernel;
import org.espalier.learning.kernel.TrainingKernels;
import org.espalier.search.kernel.PoolingKernel;
import org.espalier.search.kernel.PoolingKernels;

/**
 * The deep part: {@code a₁ = relu(b₁ + Σ_f x_f W₁_f)}, {@code a_l = relu(b_l + a_{l-1} W_l)}, output
 * {@code a_L · w}. The first layer is linear in the units, so {@code x_f W₁_f} is computed once a unit.
 * Dropout follows every layer. Weights lie layer by layer: the (in, out) matrix, then the biases; the
 * first matrix is (F · D, H₁), field by field; the output weights come last.
 */
final class DeepHead extends Head {

  private static final FloatKernel KERNEL = FloatKernels.best();
  private static final PoolingKernel POOLING = PoolingKernels.best();
  private static final TrainingKernel TRAINING = TrainingKernels.best();

  private static final int NARROW = 16; // lanes of the widest vectors

  private final int fieldCount;
  private final int dim;
  private final int[] widths;
  private final int[] matrixAt;
  private final int outputAt;

  private final float[][] activations; // a layer: (samples, width)
  private final float[][] gates; // the derivatives of the activations
  private final float[][] gradients;
  private float[] unitOutputs = new float[0]; // (units, H₁), then their gradients
  private float[] transposed = new float[0];

  DeepHead(int at, int fieldCount, int dim, List<Integer> hidden) {
    super(at);
    this.fieldCount = fieldCount;
    this.dim = dim;
    widths = hidden.stream().mapToInt(Integer::intValue).toArray();
    matrixAt = new int[widths.length];
    int next = at;
    for (int layer = 0; layer < widths.length; layer++) {
      matrixAt[layer] = next;
      next += (in(layer) + 1) * widths[layer];
    }
    outputAt = next;
    activations = new float[widths.length][0];
    gates = new float[widths.length][0];
    gradients = new float[widths.length][0];
  }

  private int in(int layer) {
    return layer == 0 ? fieldCount * dim : widths[layer - 1];
  }

  private int biasAt(int layer) {
    return matrixAt[layer] + in(layer) * widths[layer];
  }

  private int last() {
    return widths.length - 1;
  }

  /** Where the first layer's matrix of a field starts, (D, H₁). */
  int firstMatrixAt(int field) {
    return matrixAt[0] + field * dim * widths[0];
  }

  @Override
  int count() {
    return outputAt + widths[last()] - at;
  }

  @Override
  void initialise(float[] dense, RandomGenerator random) {
    for (int layer = 0; layer < widths.length; layer++) {
      int weights = in(layer) * widths[layer];
      glorot(dense, matrixAt[layer], weights, in(layer), widths[layer], random);
      Arrays.fill(dense, biasAt(layer), biasAt(layer) + widths[layer], 0f);
    }
    glorot(dense, outputAt, widths[last()], widths[last()], 1, random);
  }

  @Override
  void forward(UnitBatch batch, float[] dense, Dropout dropout, float[] logits) {
    int samples = batch.sampleCount();
    for (int layer = 0; layer < widths.length; layer++) {
      int width = widths[layer];
      activations[layer] = UnitBatch.atLeast(activations[layer], samples * width);
      float[] a = activations[layer];
      if (layer == 0) {
        sumUnits(batch, dense, a);
      } else {
        Arrays.fill(a, 0, samples * width, 0f);
        float[] before = activations[layer - 1];
        int in = in(layer);
        TRAINING.multiplyAdd(
            samples, width, in, before, 0, in, 1, dense, matrixAt[layer], width, a, 0, width);
      }
      gates[layer] = UnitBatch.atLeast(gates[layer], samples * width);
      dropout.rectify(a, gates[layer], samples, width, dense, biasAt(layer));
    }
    int width = widths[last()];
    for (int s = 0; s < samples; s++) {
      logits[s] += KERNEL.dot(activations[last()], s * width, dense, outputAt, width);
    }
  }

  /** a₁ before its bias: (samples, H₁) = Σ_f (x W₁_f)[unit of f]. */
  private void sumUnits(UnitBatch batch, float[] dense, float[] target) {
    int width = widths[0];
    unitOutputs = UnitBatch.atLeast(unitOutputs, batch.unitCount() * width);
    Arrays.fill(unitOutputs, 0, batch.unitCount() * width, 0f);
    for (int f = 0; f < fieldCount; f++) {
      int from = batch.unitStart(f);
      int count = batch.unitStart(f + 1) - from;
      TRAINING.multiplyAdd(
          count,
          width,
          dim,
          batch.x,
          from * dim,
          dim,
          1,
          dense,
          firstMatrixAt(f),
          width,
          unitOutputs,
          from * width,
          width);
    }
    for (int s = 0; s < batch.sampleCount(); s++) {
      POOLING.sumRows(
          unitOutputs, width, batch.index, s * fieldCount, fieldCount, target, s * width);
    }
  }

  @Override
  void backward(UnitBatch batch, float[] dense, float[] dLogits, float[] dDense) {
    int samples = batch.sampleCount();
    int outputWidth = widths[last()];
    for (int layer = 0; layer < widths.length; layer++) {
      gradients[layer] = UnitBatch.atLeast(gradients[layer], samples * widths[layer]);
      Arrays.fill(gradients[layer], 0, samples * widths[layer], 0f);
    }
    for (int s = 0; s < samples; s++) {
      int row = s * outputWidth;
      KERNEL.axpy(dLogits[s], activations[last()], row, dDense, outputAt, outputWidth);
      KERNEL.axpy(dLogits[s], dense, outputAt, gradients[last()], row, outputWidth);
    }
    for (int layer = last(); layer >= 0; layer--) {
      int width = widths[layer];
      float[] d = gradients[layer];
      throughGates(d, gates[layer], samples * width);
      for (int s = 0; s < samples; s++) {
        KERNEL.axpy(1, d, s * width, dDense, biasAt(layer), width);
      }
      if (layer == 0) {
        toUnits(batch, dense, d, dDense);
      } else {
        toLayerBelow(layer, samples, dense, d, dDense);
      }
    }
  }

  private static void throughGates(float[] d, float[] gate, int count) {
    for (int i = 0; i < count; i++) {
      d[i] *= gate[i];
    }
  }

  private void toLayerBelow(int layer, int samples, float[] dense, float[] d, float[] dDense) {
    int width = widths[layer];
    int in = in(layer);
    TRAINING.multiplyAdd(
        in,
        width,
        samples,
        activations[layer - 1],
        0,
        1,
        in,
        d,
        0,
        width,
        dDense,
        matrixAt[layer],
        width);
    transposed = UnitBatch.atLeast(transposed, in * width);
    transpose(dense, matrixAt[layer], in, width, transposed);
    TRAINING.multiplyAdd(
        samples, in, width, d, 0, width, 1, transposed, 0, in, gradients[layer - 1], 0, in);
  }

  private void toUnits(UnitBatch batch, float[] dense, float[] d, float[] dDense) {
    int width = widths[0];
    Arrays.fill(unitOutputs, 0, batch.unitCount() * width, 0f);
    for (int s = 0; s < batch.sampleCount(); s++) {
      POOLING.addToRows(
          1, d, s * width, batch.index, s * fieldCount, fieldCount, unitOutputs, width);
    }
    transposed = UnitBatch.atLeast(transposed, dim * width);
    for (int f = 0; f < fieldCount; f++) {
      int from = batch.unitStart(f);
      int count = batch.unitStart(f + 1) - from;
      TRAINING.multiplyAdd(
          dim,
          width,
          count,
          batch.x,
          from * dim,
          1,
          dim,
          unitOutputs,
          from * width,
          width,
          dDense,
          firstMatrixAt(f),
          width);
      toVectors(from, count, dense, firstMatrixAt(f), batch.dx);
    }
  }

  /** dx += dA · Wᵀ for one field; a pruned space is too narrow for the product's vectors. */
  private void toVectors(int from, int count, float[] dense, int matrixAt, float[] dx) {
    int width = widths[0];
    if (dim < NARROW) {
      for (int u = from; u < from + count; u++) {
        for (int d = 0; d < dim; d++) {
          dx[u * dim + d] += KERNEL.dot(unitOutputs, u * width, dense, matrixAt + d * width, width);
        }
      }
      return;
    }
    transpose(dense, matrixAt, dim, width, transposed);
    TRAINING.multiplyAdd(
        count,
        dim,
        width,
        unitOutputs,
        from * width,
        width,
        1,
        transposed,
        0,
        dim,
        dx,
        from * dim,
        dim);
  }

  @Override
  void rotate(float[] dense, float[] rotation) {
    for (int f = 0; f < fieldCount; f++) {
      rotateRows(dense, firstMatrixAt(f), dim, widths[0], rotation);
    }
  }
}
