package org.espalier.search.kernel;

import java.util.Arrays;

/** The reference that the SIMD kernel is tested against, and the fallback without the module. */
final class ScalarPoolingKernel extends PoolingKernel {

  @Override
  void sumRowsUnchecked(
      float[] rows, int width, int[] index, int indexAt, int count, float[] target, int targetAt) {
    Arrays.fill(target, targetAt, targetAt + width, 0f);
    for (int j = indexAt; j < indexAt + count; j++) {
      for (int d = 0; d < width; d++) {
        target[targetAt + d] += rows[index[j] * width + d];
      }
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
    for (int j = indexAt; j < indexAt + count; j++) {
      for (int d = 0; d < width; d++) {
        rows[index[j] * width + d] += scale * source[sourceAt + d];
      }
    }
  }
}
