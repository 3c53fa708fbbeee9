package org.espalier.search.size;

/** The sizes that an allocation chose, and what they keep and cost. */
public final class Allocation {

  private final int[] sizes;
  private final double gain;
  private final long numbers;

  Allocation(int[] sizes, double gain, long numbers) {
    this.sizes = sizes;
    this.gain = gain;
    this.numbers = numbers;
  }

  /** The size of each token; the caller may keep the array. */
  public int[] sizes() {
    return sizes;
  }

  /** The saliency that is kept. */
  public double gain() {
    return gain;
  }

  /** The numbers that rows and projections take. */
  public long numbers() {
    return numbers;
  }
}
