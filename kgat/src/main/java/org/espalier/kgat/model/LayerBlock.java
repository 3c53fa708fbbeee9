package org.espalier.kgat.model;

import java.util.Arrays;
import org.espalier.learning.kernel.TrainingKernel;
import org.espalier.learning.kernel.TrainingKernels;

/**
 * One layer on one block of rows, with one thread's scratch memory: {@code Σ_b LeakyReLU(f_b·W_b +
 * bias_b)}, forward beside backward. Rows of a block lie end to end.
 */
final class LayerBlock {

  /** Rows of a block: its inputs and outputs stay in L1 and L2 beside the matrices. */
  static final int ROWS = 32;

  private final TrainingKernel dense = TrainingKernels.best();
  private final float leak;
  final float[] self;
  final float[] around;
  final float[] out;
  private final float[] joined; // f_b, later its gradient
  private final float[] linear; // f_b·W_b + bias_b, later its gradient

  LayerBlock(PropagationSpec spec) {
    leak = spec.leak();
    int widest = 1;
    for (int l = 0; l <= spec.depth(); l++) {
      widest = Math.max(widest, spec.aggregator().inputSize(spec.size(l)));
    }
    self = new float[ROWS * widest];
    around = new float[ROWS * widest];
    out = new float[ROWS * widest];
    joined = new float[ROWS * widest];
    linear = new float[ROWS * widest];
  }

  /**
   * Writes the layer's rows to {@link #out}, given {@link #self}.
   *
   * @param around neighbourhoods (rows, in) from {@code at}
   * @param pre receives the pre-activations, branch b at {@code preAt + b * preBranch}; not touched
   *     when it is empty
   */
  void forward(
      LayerWeights weights,
      float[] around,
      int at,
      int rows,
      float[] pre,
      int preAt,
      int preBranch) {
    Aggregator aggregator = weights.aggregator();
    int size = weights.out();
    if (aggregator.branches() == 0) {
      System.arraycopy(around, at, out, 0, rows * size);
      return;
    }
    for (int branch = 0; branch < aggregator.branches(); branch++) {
      aggregator.combine(branch, self, around, at, rows, weights.in(), joined);
      int biasAt = weights.biasAt(branch);
      for (int r = 0; r < rows; r++) {
        System.arraycopy(weights.values(), biasAt, linear, r * size, size);
      }
      int depth = aggregator.inputSize(weights.in());
      dense.multiplyAdd(
          rows,
          size,
          depth,
          joined,
          0,
          depth,
          1,
          weights.values(),
          weights.matrixAt(branch),
          size,
          linear,
          0,
          size);
      if (pre.length > 0) {
        System.arraycopy(linear, 0, pre, preAt + branch * preBranch, rows * size);
      }
      activate(branch == 0, rows * size);
    }
  }

  private void activate(boolean first, int n) {
    float below = leak;
    if (first) {
      for (int i = 0; i < n; i++) {
        out[i] = Math.max(linear[i], 0) + below * Math.min(linear[i], 0);
      }
    } else {
      for (int i = 0; i < n; i++) {
        out[i] += Math.max(linear[i], 0) + below * Math.min(linear[i], 0);
      }
    }
  }

  /**
   * Given the gradient of the layer's rows in {@link #out} and {@link #self}, adds those of the
   * weights, of self (to dSelf) and of the neighbourhoods.
   *
   * @param transposed the branches' matrices, (out, inputSize) each
   * @param dSelf (rows, in), added to
   * @param dAround (rows, in) from {@code at}, added to
   */
  void backward(
      LayerWeights weights,
      float[][] transposed,
      float[] around,
      int at,
      int rows,
      float[] pre,
      int preAt,
      int preBranch,
      LayerWeights dWeights,
      float[] dSelf,
      float[] dAround) {
    Aggregator aggregator = weights.aggregator();
    int size = weights.out();
    if (aggregator.branches() == 0) {
      for (int i = 0; i < rows * size; i++) {
        dAround[at + i] += out[i];
      }
      return;
    }
    int depth = aggregator.inputSize(weights.in());
    for (int branch = 0; branch < aggregator.branches(); branch++) {
      int from = preAt + branch * preBranch;
      for (int i = 0; i < rows * size; i++) {
        linear[i] = out[i] * (pre[from + i] > 0 ? 1 : leak);
      }
      aggregator.combine(branch, self, around, at, rows, weights.in(), joined);
      dense.multiplyAdd( // dW += fᵀ·dLinear
          depth,
          size,
          rows,
          joined,
          0,
          1,
          depth,
          linear,
          0,
          size,
          dWeights.values(),
          weights.matrixAt(branch),
          size);
      int biasAt = weights.biasAt(branch);
      for (int r = 0; r < rows; r++) {
        for (int c = 0; c < size; c++) {
          dWeights.values()[biasAt + c] += linear[r * size + c];
        }
      }
      Arrays.fill(joined, 0, rows * depth, 0);
      dense.multiplyAdd( // df = dLinear·Wᵀ
          rows, depth, size, linear, 0, size, 1, transposed[branch], 0, depth, joined, 0, depth);
      aggregator.combineBackward(
          branch, joined, self, around, at, rows, weights.in(), dSelf, dAround);
    }
  }
}
