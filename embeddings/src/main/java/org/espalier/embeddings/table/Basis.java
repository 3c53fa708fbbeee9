package org.espalier.embeddings.table;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.espalier.embeddings.kernel.FloatKernel;
import org.espalier.embeddings.kernel.FloatKernels;
import org.jspecify.annotations.Nullable;

/**
 * How stored rows stand in the model's space. Coordinate {@code i} of a row of size {@code d} counts
 * along a direction in {@code R^D}: {@code x = P_d e = Σ_i e_i · direction_i}. A query meets a row in
 * the row's own coordinates, {@code q · (P_d e) = (P_dᵀ q) · e}, so it is projected once a size and the
 * rows are scanned as they are stored. Matrices are (size, D) row-major, one direction a row: the
 * transpose of {@code P_d}. Immutable.
 */
public abstract sealed class Basis {

  private final int dim;

  private Basis(int dim) {
    if (dim < 1) {
      throw new IllegalArgumentException("dim " + dim + " is below 1");
    }
    this.dim = dim;
  }

  /** Nested sizes along the coordinate axes. */
  public static Basis identity(int dim) {
    return new Identity(dim);
  }

  /**
   * Nested sizes along other directions than the axes, best first.
   *
   * @param directions (D, D); need not be orthogonal
   */
  public static Basis rotated(int dim, float[] directions) {
    return new Rotated(dim, checked("rotation", dim, dim, directions));
  }

  /**
   * A matrix a size.
   *
   * @param directions size → (size, D)
   */
  public static Basis projected(int dim, Map<Integer, float[]> directions) {
    float[] @Nullable [] bySize = new float[dim + 1][];
    directions.forEach(
        (size, matrix) -> bySize[size] = checked("projection of size " + size, size, dim, matrix));
    return new Projected(dim, bySize);
  }

  /** The model dimension {@code D}. */
  public final int dim() {
    return dim;
  }

  /** The kind of projection that a manifest names. */
  public abstract Projection projection();

  /** Whether rows of a size can be read: always in a nested basis. */
  public abstract boolean supports(int size);

  /** The directions of a size, (size, D); empty when they are the axes. */
  public abstract Optional<float[]> directions(int size);

  /**
   * Writes {@code P_dᵀ q}, the query in the coordinates of rows of {@code size}, to {@code target[at ..
   * at + size)}. In a nested basis a smaller size's coordinates are a prefix of a larger one's.
   */
  public abstract void projectQuery(float[] query, int size, float[] target, int at);

  /**
   * Adds {@code value} along direction {@code i} of {@code size} to the {@code D} values from {@code
   * target[at]}.
   */
  public abstract void addDirection(int size, int i, float value, float[] target, int at);

  private static float[] checked(String what, int size, int dim, float[] directions) {
    if (size < 1 || size > dim || directions.length != size * dim) {
      throw new IllegalArgumentException(
          "%s: %d values are not (%d, %d)".formatted(what, directions.length, size, dim));
    }
    for (int i = 0; i < directions.length; i++) {
      if (!Float.isFinite(directions[i])) {
        throw new IllegalArgumentException(
            "%s: row %d, column %d is %s".formatted(what, i / dim, i % dim, directions[i]));
      }
    }
    return directions.clone();
  }

  private static final class Identity extends Basis {

    Identity(int dim) {
      super(dim);
    }

    @Override
    public Projection projection() {
      return Projection.NESTED;
    }

    @Override
    public boolean supports(int size) {
      return size >= 0 && size <= dim();
    }

    @Override
    public Optional<float[]> directions(int size) {
      return Optional.empty();
    }

    @Override
    public void projectQuery(float[] query, int size, float[] target, int at) {
      System.arraycopy(query, 0, target, at, size);
    }

    @Override
    public void addDirection(int size, int i, float value, float[] target, int at) {
      target[at + i] += value;
    }
  }

  private static final class Rotated extends Basis {

    private final float[] rotation;

    Rotated(int dim, float[] rotation) {
      super(dim);
      this.rotation = rotation;
    }

    @Override
    public Projection projection() {
      return Projection.NESTED;
    }

    @Override
    public boolean supports(int size) {
      return size >= 0 && size <= dim();
    }

    @Override
    public Optional<float[]> directions(int size) {
      return Optional.of(Arrays.copyOf(rotation, size * dim()));
    }

    @Override
    public void projectQuery(float[] query, int size, float[] target, int at) {
      dots(rotation, query, size, target, at);
    }

    @Override
    public void addDirection(int size, int i, float value, float[] target, int at) {
      add(rotation, i, value, target, at);
    }
  }

  private static final class Projected extends Basis {

    private final float[] @Nullable [] bySize;

    Projected(int dim, float[] @Nullable [] bySize) {
      super(dim);
      this.bySize = bySize;
    }

    @Override
    public Projection projection() {
      return Projection.PROJECTED;
    }

    @Override
    public boolean supports(int size) {
      return size == 0 || (size > 0 && size <= dim() && bySize[size] != null);
    }

    @Override
    public Optional<float[]> directions(int size) {
      return Optional.of(matrix(size).clone());
    }

    @Override
    public void projectQuery(float[] query, int size, float[] target, int at) {
      if (size > 0) {
        dots(matrix(size), query, size, target, at);
      }
    }

    @Override
    public void addDirection(int size, int i, float value, float[] target, int at) {
      add(matrix(size), i, value, target, at);
    }

    private float[] matrix(int size) {
      float[] matrix = size <= dim() ? bySize[size] : null;
      if (matrix == null) {
        throw new IllegalArgumentException("no projection of size " + size);
      }
      return matrix;
    }
  }

  final void dots(float[] matrix, float[] query, int size, float[] target, int at) {
    FloatKernel kernel = FloatKernels.best();
    for (int i = 0; i < size; i++) {
      target[at + i] = kernel.dot(matrix, i * dim, query, 0, dim);
    }
  }

  final void add(float[] matrix, int i, float value, float[] target, int at) {
    FloatKernels.best().axpy(value, matrix, i * dim, target, at, dim);
  }
}
