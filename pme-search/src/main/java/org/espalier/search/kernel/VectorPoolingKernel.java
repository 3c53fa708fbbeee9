package org.espalier.search.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The pooling kernels on the Vector API, with vectors of at most 256 bits: pruned rows are often 8
 * values long, which wider vectors would leave to the scalar tail.
 */
final class VectorPoolingKernel extends PoolingKernel {

  private static final VectorSpecies<Float> LANES =
      FloatVector.SPECIES_PREFERRED.length() > 8
          ? FloatVector.SPECIES_256
          : FloatVector.SPECIES_PREFERRED;
  private static final int WIDTH = LANES.length();

  @Override
  void sumRowsUnchecked(
      float[] rows, int width, int[] index, int indexAt, int count, float[] target, int targetAt) {
    int whole = width - width % WIDTH;
    int d = 0;
    for (; d < whole; d += WIDTH) {
      FloatVector sum = FloatVector.zero(LANES);
      for (int j = indexAt; j < indexAt + count; j++) {
        sum = sum.add(FloatVector.fromArray(LANES, rows, index[j] * width + d));
      }
      sum.intoArray(target, targetAt + d);
    }
    for (; d < width; d++) { // tail: width % lanes
      float sum = 0;
      for (int j = indexAt; j < indexAt + count; j++) {
        sum += rows[index[j] * width + d];
      }
      target[targetAt + d] = sum;
    }
  }

  @Override
  void addToRowsUnchecked(
      float scale,
      float[] source,
      int sourceAt,
      int[] index,
      int indexAt,
      int count,
      float[] rows,
      int width) {
    int whole = width - width % WIDTH;
    int d = 0;
    for (; d < whole; d += WIDTH) {
      FloatVector scaled = FloatVector.fromArray(LANES, source, sourceAt + d).mul(scale);
      for (int j = indexAt; j < indexAt + count; j++) {
        int at = index[j] * width + d;
        FloatVector.fromArray(LANES, rows, at).add(scaled).intoArray(rows, at);
      }
    }
    for (; d < width; d++) { // tail: width % lanes
      float scaled = scale * source[sourceAt + d];
      for (int j = indexAt; j < indexAt + count; j++) {
        rows[index[j] * width + d] += scaled;
      }
    }
  }
}
