package org.espalier.embeddings.kernel;

/** bfloat16: the upper half of a float's bits, rounded to the nearest, ties to even. */
public final class Bfloats {

  private Bfloats() {}

  /** The bits of the bfloat16 nearest to a finite float; those of an infinity when it is too large. */
  public static short bits(float value) {
    int bits = Float.floatToRawIntBits(value);
    int tiesToEven = 0x7fff + ((bits >>> 16) & 1);
    return (short) ((bits + tiesToEven) >>> 16);
  }

  /** The float of a bfloat16's bits, exactly. */
  public static float value(short bits) {
    return Float.intBitsToFloat(bits << 16);
  }
}
