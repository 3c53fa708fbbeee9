package org.espalier.search.data;

/** Samples of a click log. Immutable by agreement: nobody writes to the arrays. */
public final class CtrSamples {

  private final int[] cells;
  private final float[] labels;
  private final int fieldCount;

  /**
   * Samples over arrays that the caller hands over.
   *
   * @param cells (count, fields) row-major: the bag of each field
   * @param labels (count): 1 for a click, 0 for none; a teacher's logit in distillation
   */
  public CtrSamples(int[] cells, float[] labels, int fieldCount) {
    if (cells.length != (long) labels.length * fieldCount) {
      throw new IllegalArgumentException(
          "%d cells are not (%d, %d)".formatted(cells.length, labels.length, fieldCount));
    }
    this.cells = cells;
    this.labels = labels;
    this.fieldCount = fieldCount;
  }

  /** The bags, (count, fields) row-major. */
  public int[] cells() {
    return cells;
  }

  /** What each sample is compared with. */
  public float[] labels() {
    return labels;
  }

  /** The number of fields. */
  public int fieldCount() {
    return fieldCount;
  }

  /** The number of samples. */
  public int count() {
    return labels.length;
  }

  /** The same samples with other labels. */
  public CtrSamples withLabels(float[] other) {
    return new CtrSamples(cells, other, fieldCount);
  }
}
