package org.espalier.embeddings.fit;

import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.espalier.embeddings.kernel.FloatKernel;
import org.espalier.embeddings.kernel.FloatKernels;
import org.espalier.embeddings.table.Basis;
import org.espalier.embeddings.table.SizeGroup;
import org.espalier.embeddings.table.TableShape;

/**
 * What a {@link Fit} does to a vector, for vectors that come after it: turns it to the table's coordinates,
 * of which a row keeps the first, and chooses a size by the price that the fit found. What the fit had left
 * of its budget at that price is not given again. Immutable.
 */
public final class FittedRows {

  private static final FloatKernel KERNEL = FloatKernels.best();

  private final int dim;
  private final int[] sizes;
  private final double price;
  private final float[] coordinates; // (D, D)
  private final float[] ofDefault; // (D), the default row's coordinates
  private final double defaultEnergy;

  private FittedRows(int dim, int[] sizes, double price, float[] coordinates, float[] ofDefault) {
    this.dim = dim;
    this.sizes = sizes;
    this.price = price;
    this.coordinates = coordinates;
    this.ofDefault = ofDefault;
    double energy = 0;
    for (float y : ofDefault) {
      energy += (double) y * y;
    }
    defaultEnergy = energy;
  }

  /**
   * The way into a fitted table. Takes D³ multiply-adds.
   *
   * @param basis the table's, rotated by the fit
   * @param defaultRow the table's, (D)
   * @param price {@link FitReport#price()}
   * @throws IllegalArgumentException when the basis is not that of a fit
   */
  public static FittedRows of(TableShape shape, Basis basis, float[] defaultRow, double price) {
    int dim = shape.dim();
    float[] directions =
        basis
            .directions(dim)
            .orElseThrow(() ->
                new IllegalArgumentException(
                    "table %s stands along the axes: no fit made it".formatted(shape.name())));
    DMatrixRMaj transposed = new DMatrixRMaj(dim, dim);
    for (int i = 0; i < dim; i++) {
      for (int j = 0; j < dim; j++) {
        transposed.set(j, i, directions[i * dim + j]); // x = directionsᵀ · y
      }
    }
    if (!CommonOps_DDRM.invert(transposed)) {
      throw new IllegalArgumentException(
          "the basis of table %s cannot be inverted".formatted(shape.name()));
    }
    float[] coordinates = new float[dim * dim];
    for (int i = 0; i < coordinates.length; i++) {
      coordinates[i] = (float) transposed.data[i];
    }
    float[] ofDefault = new float[dim];
    KERNEL.scoreRows(defaultRow, 0, dim, coordinates, dim, ofDefault);
    int[] sizes = shape.groups().stream().mapToInt(SizeGroup::size).toArray();
    return new FittedRows(dim, sizes, price, coordinates, ofDefault);
  }

  /**
   * Turns a vector to the table's coordinates.
   *
   * @param vector (D) in the model's space
   * @param y (D)
   */
  public void coordinates(float[] vector, float[] y) {
    KERNEL.scoreRows(vector, 0, dim, coordinates, dim, y);
  }

  /**
   * The size that the fit's price gives a row: of the table's sizes the one that saves most expected squared
   * score error, less the price of its numbers.
   *
   * @param y (D) its coordinates
   */
  public int size(float[] y) {
    int best = sizes[0];
    double worth = Double.NEGATIVE_INFINITY;
    double saved = 0;
    int d = 0;
    for (int size : sizes) {
      for (; d < size; d++) {
        saved += (double) y[d] * y[d];
      }
      double gain = (float) (size == 0 ? gainOfDefault(y) : saved);
      if (gain - price * size > worth) {
        worth = gain - price * size;
        best = size;
      }
    }
    return best;
  }

  /** What the default row m saves for x: {@code 2 mᵀCx − mᵀCm}. */
  private double gainOfDefault(float[] y) {
    return 2.0 * KERNEL.dot(ofDefault, 0, y, 0, dim) - defaultEnergy;
  }
}
