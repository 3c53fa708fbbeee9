package org.espalier.kgat.model;

/**
 * Which values of a layer's rows are dropped, and by how much the others grow so that the mean stays
 * (Srivastava et al., JMLR 2014). A value's fate is a hash of seed, node and column: nothing is
 * stored, and forward, backward and any thread agree.
 */
final class DropoutMask {

  private static final int LANES = 4; // 16 random bits a value, 4 values a hash

  private final int size;
  private final int hashesPerRow;
  private long seed;
  private int threshold; // dropped when the 16 bits are below it
  private float growth = 1;

  /** Nothing is dropped until {@link #draw}. */
  DropoutMask(int nodes, int size) {
    this.size = size;
    this.hashesPerRow = Math.ceilDiv(size, LANES);
    Math.multiplyExact(nodes, (long) hashesPerRow); // the counter below does not repeat
  }

  /** Starts a new mask that drops a share of the values, in [0, 1), to within 2⁻¹⁶. */
  void draw(float share, long newSeed) {
    seed = mix(newSeed);
    threshold = Math.round(share * 0x1p16f);
    growth = 1 / (1 - threshold * 0x1p-16f);
  }

  /** Applies the mask to a node's row, or to the gradient of one. */
  void apply(int node, float[] row, int at) {
    if (threshold == 0) {
      return;
    }
    long counter = seed + (long) node * hashesPerRow;
    for (int i = 0; i < size; i += LANES) {
      long bits = mix(counter++);
      for (int c = i; c < Math.min(size, i + LANES); c++) {
        row[at + c] = (bits & 0xFFFF) < threshold ? 0 : row[at + c] * growth;
        bits >>>= 16;
      }
    }
  }

  /** The finaliser of SplitMix64 (Steele et al., OOPSLA 2014) after its golden-ratio step. */
  private static long mix(long x) {
    long z = x * 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
