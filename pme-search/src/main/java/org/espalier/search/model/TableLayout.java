package org.espalier.search.model;

import it.unimi.dsi.fastutil.ints.IntArrayList;
import java.util.Arrays;
import java.util.List;
import org.espalier.search.data.Bags;
import org.espalier.search.data.CtrField;

/**
 * Which numbers the tables of a click model store, and where each lies in one array: first the default
 * rows, then the projections, then the tokens' rows. Tokens are numbered through all fields.
 *
 * <p>A token's vector is its field's default row plus its own row: {@code x_t = default + P_d e_t}. So a
 * token of size 0, and the unknown one, is its default row. A large field may have several, one for
 * each of equal slices of the logarithm of its tokens' frequency. Immutable.
 */
public final class TableLayout {

  private static final int TOKENS_PER_DEFAULT_ROW = 64; // a smaller field has one

  private final int dim;
  private final Projecting projecting;
  private final int[] fieldStarts;
  private final int[] sizes;
  private final int[] rowAt;
  private final byte[] buckets;
  private final int[] defaultAt;
  private final int[] projectionAt;
  private final int rowsAt;
  private final int total;
  private final int[] coordinates; // of MASKED rows: value rowsAt + i is this coordinate

  private TableLayout(
      List<CtrField> fields,
      int dim,
      Projecting projecting,
      int defaultRowsMax,
      int[] sizes,
      int[] coordinates) {
    this.dim = dim;
    this.projecting = projecting;
    this.sizes = sizes;
    fieldStarts = fieldStarts(fields);
    int tokens = fieldStarts[fields.size()];
    if (sizes.length != tokens) {
      throw new IllegalArgumentException(sizes.length + " sizes for " + tokens + " tokens");
    }
    buckets = new byte[tokens];
    defaultAt = new int[fields.size()];
    int at = 0;
    for (int f = 0; f < fields.size(); f++) {
      int rows = defaultRows(fields.get(f), defaultRowsMax);
      assignBuckets(fields.get(f).counts(), fieldStarts[f], rows);
      defaultAt[f] = at;
      at = Math.addExact(at, rows * dim);
    }
    projectionAt = new int[dim + 1];
    Arrays.fill(projectionAt, -1);
    if (projecting == Projecting.PROJECTED) {
      for (int size : Arrays.stream(sizes).sorted().distinct().toArray()) {
        if (size > 0 && size < dim) {
          projectionAt[size] = at;
          at = Math.addExact(at, size * dim);
        }
      }
    }
    rowsAt = at;
    rowAt = new int[tokens];
    for (int t = 0; t < tokens; t++) {
      if (sizes[t] < 0 || sizes[t] > dim) {
        throw new IllegalArgumentException(
            "token %d: size %d is not in 0 .. %d".formatted(t, sizes[t], dim));
      }
      rowAt[t] = at;
      at = Math.addExact(at, sizes[t]);
    }
    for (int start : Arrays.copyOf(fieldStarts, fields.size())) {
      if (sizes[start + Bags.UNKNOWN] != 0) {
        throw new IllegalArgumentException("an unknown token has no row of its own");
      }
    }
    total = at;
    if (projecting == Projecting.MASKED && coordinates.length != total - rowsAt) {
      throw new IllegalArgumentException(
          "%d coordinates for %d values".formatted(coordinates.length, total - rowsAt));
    }
    this.coordinates = coordinates;
  }

  /**
   * A layout.
   *
   * @param dim the coordinates that the model sees
   * @param defaultRowsMax the most default rows that a field has, at least 1
   * @param sizes sizes[token] is in 0 .. dim, tokens numbered through all fields
   */
  public static TableLayout of(
      List<CtrField> fields, int dim, Projecting projecting, int defaultRowsMax, int[] sizes) {
    if (projecting == Projecting.MASKED) {
      throw new IllegalArgumentException("a masked layout is made from its mask");
    }
    return new TableLayout(fields, dim, projecting, defaultRowsMax, sizes.clone(), new int[0]);
  }

  /**
   * A layout whose tokens keep any of their coordinates.
   *
   * @param mask (tokens, D) row-major: whether a token keeps a coordinate; never for an unknown one
   */
  public static TableLayout masked(
      List<CtrField> fields, int dim, int defaultRowsMax, boolean[] mask) {
    int[] sizes = new int[mask.length / dim];
    IntArrayList coordinates = new IntArrayList();
    for (int i = 0; i < mask.length; i++) {
      if (mask[i]) {
        sizes[i / dim]++;
        coordinates.add(i % dim);
      }
    }
    return new TableLayout(
        fields, dim, Projecting.MASKED, defaultRowsMax, sizes, coordinates.toIntArray());
  }

  /** Sizes for {@link #of} that give every token but the unknown ones the same. */
  public static int[] uniformSizes(List<CtrField> fields, int size) {
    int[] starts = fieldStarts(fields);
    int[] sizes = new int[starts[fields.size()]];
    Arrays.fill(sizes, size);
    for (int f = 0; f < fields.size(); f++) {
      sizes[starts[f] + Bags.UNKNOWN] = 0;
    }
    return sizes;
  }

  /** The numbers that default rows take, whatever the sizes. */
  public static int defaultNumbers(List<CtrField> fields, int dim, int defaultRowsMax) {
    return fields.stream().mapToInt(field -> defaultRows(field, defaultRowsMax) * dim).sum();
  }

  /** Where each field's tokens start, and behind the last field the number of all tokens. */
  public static int[] fieldStarts(List<CtrField> fields) {
    int[] starts = new int[fields.size() + 1];
    for (int f = 0; f < fields.size(); f++) {
      starts[f + 1] = starts[f] + fields.get(f).tokenCount();
    }
    return starts;
  }

  private static int defaultRows(CtrField field, int most) {
    return Math.clamp(field.tokenCount() / TOKENS_PER_DEFAULT_ROW, 1, most);
  }

  private void assignBuckets(int[] counts, int fieldStart, int rows) {
    int most = Arrays.stream(counts, 1, counts.length).max().orElse(1);
    double width = Math.log(most + 1.0) / rows;
    for (int t = 1; t < counts.length; t++) {
      buckets[fieldStart + t] =
          (byte) Math.min(rows - 1, (int) (Math.log(Math.max(1, counts[t])) / width));
    }
  }

  /** The coordinates that the model sees. */
  public int dim() {
    return dim;
  }

  /** How rows reach those coordinates. */
  public Projecting projecting() {
    return projecting;
  }

  /** The tokens of all fields, the unknown ones included. */
  public int tokenCount() {
    return sizes.length;
  }

  /** The number of a field's first token, its unknown one. */
  public int fieldStart(int field) {
    return fieldStarts[field];
  }

  /** The size of a token. */
  public int size(int token) {
    return sizes[token];
  }

  /** Where a token's row lies. */
  public int rowAt(int token) {
    return rowAt[token];
  }

  /** Where the default row of a field's token lies. */
  public int defaultRowAt(int field, int token) {
    return defaultAt[field] + buckets[token] * dim;
  }

  /** Where the matrix of a size lies, or -1 when rows of that size are used as they are. */
  public int projectionAt(int size) {
    return projectionAt[size];
  }

  /** The coordinate of the value at a position of a masked row. */
  public int coordinate(int valueAt) {
    return coordinates[valueAt - rowsAt];
  }

  /**
   * Bytes that say where the numbers belong, beside the numbers: a size a token (a byte up to 255
   * coordinates, else two), a byte for its default row, and a masked row's coordinates.
   */
  public long indexBytes() {
    int bytesPerCoordinate = dim < 256 ? 1 : 2;
    return bytesPerCoordinate * ((long) sizes.length + coordinates.length) + buckets.length;
  }

  /** The numbers in front of the rows, all of them used by every batch: defaults and projections. */
  public int sharedNumbers() {
    return rowsAt;
  }

  /** Every number that the tables store: what a budget bounds. */
  public int storedNumbers() {
    return total;
  }
}
