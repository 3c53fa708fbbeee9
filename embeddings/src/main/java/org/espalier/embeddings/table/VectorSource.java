package org.espalier.embeddings.table;

import java.util.Objects;

/** Vectors (count, dim) that are read a block at a time, so that they need not fit in memory. */
public interface VectorSource {

  /** What messages call it, for example its file. */
  String name();

  /** How many vectors there are. */
  int count();

  /** Values a vector. */
  int dim();

  /** Copies the vectors {@code from .. from + rows} to the begin of {@code target}, row-major. */
  void read(int from, int rows, float[] target);

  /**
   * Vectors in memory.
   *
   * @param rowMajor (count, dim); kept, not copied
   */
  static VectorSource of(String name, int dim, float[] rowMajor) {
    if (dim < 1 || rowMajor.length % dim != 0) {
      throw new IllegalArgumentException(
          "%s: %d values are no rows of dim %d".formatted(name, rowMajor.length, dim));
    }
    return new VectorSource() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public int count() {
        return rowMajor.length / dim;
      }

      @Override
      public int dim() {
        return dim;
      }

      @Override
      public void read(int from, int rows, float[] target) {
        Objects.checkFromIndexSize(from, rows, count());
        System.arraycopy(rowMajor, from * dim, target, 0, rows * dim);
      }
    };
  }
}
