package org.espalier.kgat.model;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Relations as translations between projected entities (Lin et al., AAAI 2015; Wang et al., KDD 2019,
 * equation 1): {@code f(h, r, t) = ‖e_h·W_r + e_r − e_t·W_r‖²}, small for plausible triples. An inverse
 * relation shares the projection and has the negative translation, so that a triple and its inverse
 * are equally plausible and each trains the other.
 *
 * @param relations without inverses
 * @param dim values of a node
 * @param size values of a relation
 * @param vectors (relations, size)
 * @param projections (relations, dim, size)
 */
@SuppressWarnings("ArrayRecordComponent") // trainable memory; never compared
public record TransR(int relations, int dim, int size, float[] vectors, float[] projections) {

  /** All zero, as a gradient starts. */
  public static TransR zeros(int relations, int dim, int size) {
    int matrix = Math.multiplyExact(dim, size);
    return new TransR(
        relations,
        dim,
        size,
        new float[Math.multiplyExact(relations, size)],
        new float[Math.multiplyExact(relations, matrix)]);
  }

  /** Xavier's uniform values. */
  public static TransR random(int relations, int dim, int size, SplittableRandom random) {
    TransR result = zeros(relations, dim, size);
    Initial.xavier(result.vectors, 0, relations, size, random);
    for (int r = 0; r < relations; r++) {
      Initial.xavier(result.projections, result.projectionAt(r), dim, size, random);
    }
    return result;
  }

  /**
   * The same with more relations, all zero: an edge of a relation that training has not seen has the
   * score 0, whatever it joins.
   */
  public TransR withRelations(int count) {
    return new TransR(
        count,
        dim,
        size,
        Arrays.copyOf(vectors, Math.multiplyExact(count, size)),
        Arrays.copyOf(projections, Math.multiplyExact(count, dim * size)));
  }

  int projectionAt(int relation) {
    return relation * dim * size;
  }

  /** All projections transposed: (relations, size, dim). */
  float[] transposedProjections() {
    float[] result = new float[projections.length];
    float[] one = new float[dim * size];
    for (int r = 0; r < relations; r++) {
      Initial.transpose(projections, projectionAt(r), dim, size, one);
      System.arraycopy(one, 0, result, projectionAt(r), one.length);
    }
    return result;
  }

  void copyFrom(TransR other) {
    System.arraycopy(other.vectors, 0, vectors, 0, vectors.length);
    System.arraycopy(other.projections, 0, projections, 0, projections.length);
  }

  void clear() {
    Arrays.fill(vectors, 0);
    Arrays.fill(projections, 0);
  }
}
