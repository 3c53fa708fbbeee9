package org.espalier.embeddings.kernel;

/**
 * Symmetric quantisation: a run of values becomes whole numbers of {@code -levels .. levels} and one
 * scale, {@code value ≈ number * scale}.
 *
 * <p>A scale has so few significant bits that {@code number * scale} is exact in single precision, and
 * is rounded up by so little that the largest value becomes {@code levels}. Quantising what was
 * restored therefore gives the same numbers and the same scale. Values below the smallest normal float
 * count in units of that.
 */
public enum ScaledInts {
  /** One byte a number; a scale has 17 significant bits, 7 + 17 = 24. */
  BYTES(127, 17),
  /** Half a byte a number; a scale has 8 significant bits and so is a bfloat16. */
  NIBBLES(7, 8);

  private static final int FLOAT_BITS = 24; // significant ones
  private static final float HALF_STEP = 0.5001f; // x * (1 / scale) is rounded before it is rounded

  private final int levels;
  private final int droppedBits; // a mask
  private final float scaleMax;

  ScaledInts(int levels, int scaleBits) {
    this.levels = levels;
    this.droppedBits = (1 << (FLOAT_BITS - scaleBits)) - 1;
    int largest = Float.floatToRawIntBits(Float.MAX_VALUE / levels) & ~droppedBits;
    this.scaleMax = Float.intBitsToFloat(largest); // levels * scaleMax does not overflow
  }

  /** The scale of {@code values[at .. at + n)}, which are finite; it is positive. */
  public float scale(float[] values, int at, int n) {
    float largest = 0;
    for (int i = 0; i < n; i++) {
      largest = Math.max(largest, Math.abs(values[at + i]));
    }
    int bits = Float.floatToRawIntBits(largest / levels);
    float scale = Float.intBitsToFloat((bits + droppedBits) & ~droppedBits);
    return Math.clamp(scale, Float.MIN_NORMAL, scaleMax);
  }

  /** The number that stands for a value, given {@code 1 / scale}. */
  public static int quantise(float value, float inverseScale) {
    return (int) Math.rint(value * inverseScale);
  }

  /** Two numbers of half a byte in one, the first in the low half. */
  public static byte pair(int first, int second) {
    return (byte) ((first & 0xf) | (second << 4));
  }

  /** The first number of a pair. */
  public static int first(byte pair) {
    return pair << 28 >> 28;
  }

  /** The second number of a pair. */
  public static int second(byte pair) {
    return pair >> 4;
  }

  /** No value of a run with this scale is restored further than this from what it was. */
  public static float errorBound(float scale) {
    return scale * HALF_STEP;
  }
}
