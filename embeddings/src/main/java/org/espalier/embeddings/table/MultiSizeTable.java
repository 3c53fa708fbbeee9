package org.espalier.embeddings.table;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;

/**
 * An immutable table in which every token has the size that it earns. Rows are kept encoded, by size
 * group; a token's vector in the model's space is {@code P_d e} ({@link Basis}), and a token of size 0
 * has the field's default row for its vector. Safe for any number of threads.
 */
public final class MultiSizeTable {

  private final TableShape shape;
  private final Basis basis;
  private final float[] defaultRow; // (D), in the model's space
  private final int[] tokens; // ascending
  private final byte[] groups; // groups[i] and rows[i] say where the row of tokens[i] is
  private final int[] rows;
  private final MemorySegment[] payloads; // a group's rows one after the other, on the heap

  MultiSizeTable(
      TableShape shape,
      Basis basis,
      float[] defaultRow,
      int[] tokens,
      byte[] groups,
      int[] rows,
      MemorySegment[] payloads) {
    this.shape = shape;
    this.basis = basis;
    this.defaultRow = defaultRow;
    this.tokens = tokens;
    this.groups = groups;
    this.rows = rows;
    this.payloads = payloads;
  }

  /** A builder of a table with nested fp32 rows of sizes 0, 1, 2, 4 … {@code dim}. */
  public static MultiSizeTableBuilder builder(String name, String field, int dim) {
    return new MultiSizeTableBuilder(name, field, dim);
  }

  /**
   * A table whose tokens all have the full size.
   *
   * @param rowMajor (tokens.length, dim); row {@code r} is that of {@code tokens[r]}
   * @throws IllegalArgumentException naming the place, for lengths that disagree, a value that is not
   *     finite, or a token that is negative or there twice
   */
  public static MultiSizeTable uniform(
      String name, String field, int dim, int[] tokens, float[] rowMajor) {
    int[] sizes = new int[tokens.length];
    Arrays.fill(sizes, dim);
    return builder(name, field, dim).sizes(dim).addAll(tokens, sizes, rowMajor).build();
  }

  public TableShape shape() {
    return shape;
  }

  public Basis basis() {
    return basis;
  }

  /** The vector of the tokens of size 0, (D) in the model's space. */
  public float[] defaultRow() {
    return defaultRow.clone();
  }

  public int rowCount() {
    return tokens.length;
  }

  public boolean contains(int token) {
    return find(token) >= 0;
  }

  /** The size of a token's row, or -1 for a token that is absent. */
  public int sizeOf(int token) {
    int i = find(token);
    return i < 0 ? -1 : group(i).size();
  }

  /**
   * Copies the {@link #sizeOf} values that a token stores into {@code target} from {@code at}.
   *
   * @return false, leaving the target untouched, for a token that is absent
   */
  public boolean copyRow(int token, float[] target, int at) {
    int i = find(token);
    if (i < 0) {
      return false;
    }
    SizeGroup group = group(i);
    long payloadAt = (long) rows[i] * group.encoding().payloadBytes(group.size());
    group.encoding().decode(payloads[groups[i]], payloadAt, group.size(), target, at);
    return true;
  }

  /**
   * Copies a token's vector in the model's space, {@code D} values, into {@code target} from {@code
   * at}.
   *
   * @return false, leaving the target untouched, for a token that is absent
   */
  public boolean copyVector(int token, float[] target, int at) {
    int size = sizeOf(token);
    if (size < 0) {
      return false;
    }
    if (size == 0) {
      System.arraycopy(defaultRow, 0, target, at, shape.dim());
      return true;
    }
    float[] row = new float[size];
    copyRow(token, row, 0);
    Arrays.fill(target, at, at + shape.dim(), 0);
    for (int d = 0; d < size; d++) {
      basis.addDirection(size, d, row[d], target, at);
    }
    return true;
  }

  /** The same rows in one encoding; see {@link #encoded(IntFunction)}. */
  public MultiSizeTable encoded(Encoding wanted) {
    return encoded(size -> wanted);
  }

  /**
   * The same rows, each size in an encoding of its own. Groups that change nothing are shared.
   *
   * @param encodingOfSize asked once for each size of the table
   * @throws IllegalArgumentException naming token and value, for a value that is too large
   */
  public MultiSizeTable encoded(IntFunction<Encoding> encodingOfSize) {
    List<SizeGroup> before = shape.groups();
    List<SizeGroup> after =
        before.stream()
            .map(g -> new SizeGroup(g.size(), g.rows(), encodingOfSize.apply(g.size())))
            .toList();
    MemorySegment[] recoded = new MemorySegment[payloads.length];
    for (int g = 0; g < payloads.length; g++) {
      recoded[g] = after.get(g).equals(before.get(g)) ? payloads[g] : after.get(g).emptyPayload();
    }
    float[] row = new float[shape.dim()];
    for (int i = 0; i < tokens.length; i++) {
      int g = groups[i];
      if (!after.get(g).equals(before.get(g))) {
        recode(i, before.get(g), after.get(g).encoding(), recoded[g], row);
      }
    }
    TableShape recodedShape =
        new TableShape(shape.name(), shape.field(), shape.dim(), shape.projection(), after);
    return new MultiSizeTable(recodedShape, basis, defaultRow, tokens, groups, rows, recoded);
  }

  private void recode(int i, SizeGroup from, Encoding to, MemorySegment target, float[] row) {
    int size = from.size();
    long fromAt = (long) rows[i] * from.encoding().payloadBytes(size);
    from.encoding().decode(payloads[groups[i]], fromAt, size, row, 0);
    int bad = to.firstInvalid(row, 0, size);
    if (bad >= 0) {
      throw new IllegalArgumentException(
          "table %s, token %d: %s".formatted(shape.name(), tokens[i], to.complaint(bad, row[bad])));
    }
    to.encode(row, 0, size, target, (long) rows[i] * to.payloadBytes(size));
  }

  /** Visits every row by ascending token. */
  public void forEachRow(RowVisitor visitor) {
    byte[][] buffers =
        shape.groups().stream()
            .map(group -> new byte[group.encoding().payloadBytes(group.size())])
            .toArray(byte[][]::new);
    for (int i = 0; i < tokens.length; i++) {
      SizeGroup group = group(i);
      byte[] payload = buffers[groups[i]];
      long payloadAt = (long) rows[i] * payload.length;
      MemorySegment.copy(
          payloads[groups[i]], payloadAt, MemorySegment.ofArray(payload), 0, payload.length);
      visitor.row(tokens[i], group.size(), group.encoding(), payload);
    }
  }

  private SizeGroup group(int i) {
    return shape.groups().get(groups[i]);
  }

  private int find(int token) {
    // Ids are dense, so a whole field's table has each token at its own index.
    if (token >= 0 && token < tokens.length && tokens[token] == token) {
      return token;
    }
    return Arrays.binarySearch(tokens, token);
  }
}
