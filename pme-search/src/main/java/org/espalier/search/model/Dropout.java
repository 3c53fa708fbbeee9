package org.espalier.search.model;

import java.util.SplittableRandom;

/**
 * Inverted dropout (Srivastava et al., JMLR 2014): a value is zeroed with probability p, and the
 * others are scaled by 1 / (1 − p), so that predicting needs no change.
 */
final class Dropout {

  private final SplittableRandom random;
  private final int threshold; // of 2^16
  private final float scale;

  private Dropout(double probability, SplittableRandom random) {
    this.random = random;
    threshold = (int) Math.round(probability * 65536);
    scale = (float) (1 / (1 - probability));
  }

  static Dropout of(double probability, SplittableRandom random) {
    return new Dropout(probability, random);
  }

  static Dropout none() {
    return new Dropout(0, new SplittableRandom(0));
  }

  /**
   * Rectifies {@code values + bias} and drops some of what is left.
   *
   * @param values (rows, width) row-major, overwritten
   * @param gates receives the derivative of each result: 0, or the scale of what was kept
   */
  void rectify(float[] values, float[] gates, int rows, int width, float[] biases, int biasAt) {
    int scaleBits = Float.floatToRawIntBits(scale);
    for (int r = 0; r < rows; r++) {
      int row = r * width;
      for (int i = 0; i < width; i++) { // without branches: both outcomes are as likely
        float value = Math.max(0f, values[row + i] + biases[biasAt + i]);
        int kept = -Float.floatToRawIntBits(value) >> 31; // all ones above zero
        gates[row + i] = Float.intBitsToFloat(scaleBits & kept);
        values[row + i] = value;
      }
    }
    if (threshold > 0) {
      drop(gates, rows * width);
    }
    for (int i = 0; i < rows * width; i++) {
      values[i] *= gates[i];
    }
  }

  /** Closes gates at random; a 64-bit draw decides about four. */
  private void drop(float[] gates, int count) {
    long bits = 0;
    for (int i = 0; i < count; i++) {
      bits = (i & 3) == 0 ? random.nextLong() : bits >>> 16;
      int kept = ~(((int) (bits & 0xFFFF) - threshold) >> 31);
      gates[i] = Float.intBitsToFloat(Float.floatToRawIntBits(gates[i]) & kept);
    }
  }
}
