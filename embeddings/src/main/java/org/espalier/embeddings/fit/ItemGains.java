package org.espalier.embeddings.fit;

import org.espalier.embeddings.fit.PrefixAllocator.Allocation;
import org.espalier.embeddings.kernel.FloatKernel;
import org.espalier.embeddings.kernel.FloatKernels;
import org.espalier.embeddings.table.StepListener;
import org.espalier.embeddings.table.VectorSource;

/** What each allowed size is worth to each item: the expected squared score error that it saves. */
final class ItemGains {

  private static final FloatKernel KERNEL = FloatKernels.best();

  private final VectorSource items;
  private final ScoreAxes axes;
  private final int[] sizes;
  private final StepListener listener;
  private final int dim;

  ItemGains(VectorSource items, ScoreAxes axes, int[] sizes, StepListener listener) {
    this.items = items;
    this.axes = axes;
    this.sizes = sizes;
    this.listener = listener;
    this.dim = items.dim();
  }

  int dim() {
    return dim;
  }

  /** (items, sizes), what prefixes save against a zero vector. */
  float[] ofPrefixes() {
    float[] gains = new float[Math.multiplyExact(items.count(), sizes.length)];
    float[] row = new float[dim];
    float[] y = new float[dim];
    float[] coordinates = axes.coordinates();
    Blocks.forEach(
        items,
        "choosing sizes",
        listener,
        (from, rows, vectors) -> {
          for (int r = 0; r < rows; r++) {
            System.arraycopy(vectors, r * dim, row, 0, dim);
            KERNEL.scoreRows(row, 0, dim, coordinates, dim, y);
            double saved = 0;
            int d = 0;
            for (int s = 0; s < sizes.length; s++) {
              for (; d < sizes[s]; d++) {
                saved += (double) y[d] * y[d];
              }
              gains[(from + r) * sizes.length + s] = (float) saved;
            }
          }
        });
    return gains;
  }

  /** The mean of the items of size 0, (D), which is the best that one vector can do for them. */
  float[] meanOfDropped(Allocation allocation) {
    double[] sum = new double[dim];
    long[] count = {0};
    Blocks.forEach(
        items,
        "averaging what is dropped",
        listener,
        (from, rows, vectors) -> {
          for (int r = 0; r < rows; r++) {
            if (allocation.choices()[from + r] == 0) {
              count[0]++;
              for (int d = 0; d < dim; d++) {
                sum[d] += vectors[r * dim + d];
              }
            }
          }
        });
    float[] mean = new float[dim];
    for (int d = 0; d < dim && count[0] > 0; d++) {
      mean[d] = (float) (sum[d] / count[0]);
    }
    return mean;
  }

  /** Puts what the default row m saves for x in the column of size 0: {@code 2 mᵀCx − mᵀCm}. */
  void putDefault(float[] mean, float[] gains) {
    double[] m = new double[dim];
    for (int d = 0; d < dim; d++) {
      m[d] = mean[d];
    }
    double[] weighted = axes.weighted(m);
    double own = 0;
    for (int d = 0; d < dim; d++) {
      own += m[d] * weighted[d];
    }
    double ownEnergy = own;
    int width = sizes.length;
    Blocks.forEach(
        items,
        "weighing the default row",
        listener,
        (from, rows, vectors) -> {
          for (int r = 0; r < rows; r++) {
            double shared = 0;
            for (int d = 0; d < dim; d++) {
              shared += weighted[d] * vectors[r * dim + d];
            }
            gains[(from + r) * width] = (float) (2 * shared - ownEnergy);
          }
        });
  }
}
