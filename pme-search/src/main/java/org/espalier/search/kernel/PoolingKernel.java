package org.espalier.search.kernel;

import java.util.Objects;

/**
 * Sums over the rows that an index names, and back: what lies between the distinct bags of a batch and
 * its samples. Two implementations exist, a scalar and a SIMD one; {@link PoolingKernels#best()}
 * chooses. Shapes are checked here once; nothing allocates. Matrices are row-major.
 */
public abstract sealed class PoolingKernel permits ScalarPoolingKernel, VectorPoolingKernel {

  /**
   * Sums rows: {@code target[d] = Σ_j rows[index[indexAt + j] * width + d]} for {@code j < count}.
   *
   * @param rows (any, width)
   */
  public final void sumRows(
      float[] rows, int width, int[] index, int indexAt, int count, float[] target, int targetAt) {
    Objects.checkFromIndexSize(targetAt, width, target.length);
    checkRows(rows, width, index, indexAt, count);
    sumRowsUnchecked(rows, width, index, indexAt, count, target, targetAt);
  }

  /**
   * Adds {@code scale * source[d]} to each of the {@code count} rows that the index names; a row that
   * is named twice gets it twice.
   */
  public final void addToRows(
      float scale,
      float[] source,
      int sourceAt,
      int[] index,
      int indexAt,
      int count,
      float[] rows,
      int width) {
    Objects.checkFromIndexSize(sourceAt, width, source.length);
    checkRows(rows, width, index, indexAt, count);
    addToRowsUnchecked(scale, source, sourceAt, index, indexAt, count, rows, width);
  }

  private static void checkRows(float[] rows, int width, int[] index, int indexAt, int count) {
    Objects.checkFromIndexSize(indexAt, count, index.length);
    for (int j = indexAt; j < indexAt + count; j++) {
      Objects.checkFromIndexSize(index[j] * width, width, rows.length);
    }
  }

  abstract void sumRowsUnchecked(
      float[] rows, int width, int[] index, int indexAt, int count, float[] target, int targetAt);

  abstract void addToRowsUnchecked(
      float scale,
      float[] source,
      int sourceAt,
      int[] index,
      int indexAt,
      int count,
      float[] rows,
      int width);
}
