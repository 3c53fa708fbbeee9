package org.espalier.kgat.model;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * The weights of one layer in one array, branch after branch: a matrix (inputSize, out) row-major,
 * then a bias (out). The same class holds their gradient.
 *
 * @param in values of a node below the layer
 * @param out values of a node above it
 */
@SuppressWarnings("ArrayRecordComponent") // a view of trainable memory; never compared
record LayerWeights(Aggregator aggregator, int in, int out, float[] values) {

  static LayerWeights zeros(Aggregator aggregator, int in, int out) {
    int size = aggregator.branches() * (aggregator.inputSize(in) + 1) * out;
    return new LayerWeights(aggregator, in, out, new float[size]);
  }

  /** Xavier's uniform matrices and zero biases. */
  static LayerWeights random(Aggregator aggregator, int in, int out, SplittableRandom random) {
    LayerWeights weights = zeros(aggregator, in, out);
    int rows = aggregator.inputSize(in);
    for (int branch = 0; branch < aggregator.branches(); branch++) {
      Initial.xavier(weights.values, weights.matrixAt(branch), rows, out, random);
    }
    return weights;
  }

  int matrixAt(int branch) {
    return branch * (aggregator.inputSize(in) + 1) * out;
  }

  int biasAt(int branch) {
    return matrixAt(branch) + aggregator.inputSize(in) * out;
  }

  /** The branch's matrix transposed: (out, inputSize). */
  float[] transposed(int branch) {
    int rows = aggregator.inputSize(in);
    float[] result = new float[rows * out];
    Initial.transpose(values, matrixAt(branch), rows, out, result);
    return result;
  }

  void clear() {
    Arrays.fill(values, 0);
  }
}
