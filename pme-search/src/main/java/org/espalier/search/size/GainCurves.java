package org.espalier.search.size;

import java.util.Arrays;

/**
 * For every token what each size is worth: {@code gain(d)} is the saliency that d coordinates keep. A
 * curve starts at 0 and rises by less and less.
 */
public final class GainCurves {

  private final int dim;
  private final float[] steps; // (tokens, D): what coordinate d adds, falling

  private GainCurves(int dim, float[] steps) {
    this.dim = dim;
    this.steps = steps;
  }

  /**
   * A token may keep its best coordinates, wherever they are: the paper's curve.
   *
   * @param saliency (tokens, D) row-major
   */
  public static GainCurves ofBest(double[] saliency, int dim) {
    float[] steps = toFloats(saliency);
    for (int at = 0; at < steps.length; at += dim) {
      Arrays.sort(steps, at, at + dim);
      for (int low = at, high = at + dim - 1; low < high; low++, high--) {
        float swapped = steps[low];
        steps[low] = steps[high];
        steps[high] = swapped;
      }
    }
    return new GainCurves(dim, steps);
  }

  /**
   * A token keeps its first coordinates, as nested rows do. A later coordinate counts no more than the
   * smallest before it, which makes the curve concave.
   *
   * @param saliency (tokens, D) row-major
   */
  public static GainCurves ofPrefixes(double[] saliency, int dim) {
    float[] steps = toFloats(saliency);
    for (int at = 0; at < steps.length; at += dim) {
      for (int d = 1; d < dim; d++) {
        steps[at + d] = Math.min(steps[at + d], steps[at + d - 1]);
      }
    }
    return new GainCurves(dim, steps);
  }

  private static float[] toFloats(double[] saliency) {
    float[] values = new float[saliency.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) saliency[i];
    }
    return values;
  }

  /** The largest size. */
  public int dim() {
    return dim;
  }

  /** The number of tokens. */
  public int tokenCount() {
    return steps.length / dim;
  }

  /** What a size is worth to a token. */
  public double gain(int token, int size) {
    double sum = 0;
    for (int d = 0; d < size; d++) {
      sum += steps[token * dim + d];
    }
    return sum;
  }

  /** What the next coordinate adds to a token of some size. */
  float step(int token, int size) {
    return steps[token * dim + size];
  }
}
