package org.espalier.embeddings.table;

import it.unimi.dsi.fastutil.bytes.ByteArrayList;
import it.unimi.dsi.fastutil.floats.FloatArrayList;
import it.unimi.dsi.fastutil.ints.IntArrayList;
import it.unimi.dsi.fastutil.ints.IntArrays;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * Collects the rows of a {@link MultiSizeTable} in any order and checks them as they come. Every
 * {@link IllegalArgumentException} names the row and token at fault, counting rows from 0 in the order
 * in which they were added. Used once, by one thread.
 */
public final class MultiSizeTableBuilder {

  private static final int GROUPS_MAX = Byte.MAX_VALUE;

  private final String name;
  private final String field;
  private final int dim;
  private Basis basis;
  private Encoding encoding = Encoding.FP32; // of sizes that have none of their own
  private final Map<Integer, Encoding> encodingOfSize = new HashMap<>();
  private float[] defaultRow;
  private int[] sizes;
  private byte[] groupOfSize = {}; // size → group, -1 for sizes that the table does not have
  private Encoding[] encodings = {}; // of groups
  private final IntArrayList tokens = new IntArrayList();
  private final ByteArrayList groups = new ByteArrayList();
  private final IntArrayList rows = new IntArrayList();
  private final List<FloatArrayList> values = new ArrayList<>(); // a group's rows

  MultiSizeTableBuilder(String name, String field, int dim) {
    this.name = name;
    this.field = field;
    this.dim = dim;
    this.basis = Basis.identity(dim);
    this.defaultRow = new float[dim];
    this.sizes =
        IntStream.concat(
                IntStream.iterate(1, size -> size < dim, size -> size * 2), IntStream.of(0, dim))
            .sorted()
            .toArray();
  }

  /** The sizes that rows may have, in any order; by default 0, 1, 2, 4 … {@code dim}. */
  public MultiSizeTableBuilder sizes(int... allowed) {
    requireNoRows("sizes");
    sizes = Arrays.stream(allowed).sorted().distinct().toArray();
    if (sizes.length == 0
        || sizes.length > GROUPS_MAX
        || sizes[0] < 0
        || sizes[sizes.length - 1] > dim) {
      throw invalid(
          "sizes %s must be 1 to %d numbers of 0 to dim %d"
              .formatted(Arrays.toString(allowed), GROUPS_MAX, dim));
    }
    return this;
  }

  /** How rows reach the model's space; by default along its axes. */
  public MultiSizeTableBuilder basis(Basis wanted) {
    if (wanted.dim() != dim) {
      throw invalid("a basis of dim %d for a table of dim %d".formatted(wanted.dim(), dim));
    }
    basis = wanted;
    return this;
  }

  /** How rows are stored whose size has no encoding of its own; fp32 by default. */
  public MultiSizeTableBuilder encoding(Encoding wanted) {
    requireNoRows("the encoding");
    encoding = wanted;
    return this;
  }

  /** How rows of one size are stored. */
  public MultiSizeTableBuilder encoding(int size, Encoding wanted) {
    requireNoRows("the encoding");
    encodingOfSize.put(size, wanted);
    return this;
  }

  /** The vector of the tokens of size 0, (D) in the model's space; zeros by default. */
  public MultiSizeTableBuilder defaultRow(float[] vector) {
    if (vector.length != dim) {
      throw invalid("a default row of %d values for dim %d".formatted(vector.length, dim));
    }
    int bad = Encoding.FP32.firstInvalid(vector, 0, dim);
    if (bad >= 0) {
      throw invalid("default row: " + Encoding.FP32.complaint(bad, vector[bad]));
    }
    defaultRow = vector.clone();
    return this;
  }

  /** Adds {@code row[at .. at + size)} as the row of a token; copies it. */
  public MultiSizeTableBuilder add(int token, float[] row, int at, int size) {
    Objects.checkFromIndexSize(at, size, row.length);
    if (values.isEmpty()) {
      openGroups();
    }
    if (token < 0) {
      throw invalid(place(token) + ": a token is an id of at least 0");
    }
    if (size > dim) {
      throw invalid("%s: size %d is over dim %d".formatted(place(token), size, dim));
    }
    byte group = groupOfSize[size];
    if (group < 0) {
      throw invalid(
          "%s: size %d is none of %s".formatted(place(token), size, Arrays.toString(sizes)));
    }
    Encoding stored = encodings[group];
    int bad = stored.firstInvalid(row, at, size);
    if (bad >= 0) {
      throw invalid(place(token) + ": " + stored.complaint(bad, row[at + bad]));
    }
    tokens.add(token);
    groups.add(group);
    FloatArrayList groupValues = values.get(group);
    rows.add(size == 0 ? 0 : groupValues.size() / size);
    groupValues.addElements(groupValues.size(), row, at, size);
    return this;
  }

  /**
   * Adds many rows.
   *
   * @param rowSizes rowSizes[r] values belong to newTokens[r]
   * @param allValues the rows one after the other, {@code Σ rowSizes} values
   */
  public MultiSizeTableBuilder addAll(int[] newTokens, int[] rowSizes, float[] allValues) {
    if (newTokens.length != rowSizes.length) {
      throw invalid("%d tokens but %d sizes".formatted(newTokens.length, rowSizes.length));
    }
    long needed = Arrays.stream(rowSizes).asLongStream().sum();
    if (needed != allValues.length) {
      throw invalid(
          "%d rows need %d values, not %d".formatted(rowSizes.length, needed, allValues.length));
    }
    int at = 0;
    for (int r = 0; r < newTokens.length; r++) {
      add(newTokens[r], allValues, at, rowSizes[r]);
      at += rowSizes[r];
    }
    return this;
  }

  /** The table of all rows added. */
  public MultiSizeTable build() {
    if (values.isEmpty()) {
      openGroups();
    }
    for (int size : sizes) {
      if (!basis.supports(size)) {
        throw invalid("no projection for size " + size);
      }
    }
    int[] order = orderByToken();
    int n = order.length;
    int[] sortedTokens = new int[n];
    byte[] sortedGroups = new byte[n];
    int[] sortedRows = new int[n];
    int[] rowCounts = new int[sizes.length];
    for (int i = 0; i < n; i++) {
      sortedTokens[i] = tokens.getInt(order[i]);
      sortedGroups[i] = groups.getByte(order[i]);
      sortedRows[i] = rows.getInt(order[i]);
      rowCounts[sortedGroups[i]]++;
    }
    List<SizeGroup> sizeGroups = new ArrayList<>();
    MemorySegment[] payloads = new MemorySegment[sizes.length];
    for (int g = 0; g < sizes.length; g++) {
      SizeGroup group = new SizeGroup(sizes[g], rowCounts[g], encodings[g]);
      sizeGroups.add(group);
      payloads[g] = encode(group, values.set(g, new FloatArrayList()).elements());
    }
    return new MultiSizeTable(
        new TableShape(name, field, dim, basis.projection(), sizeGroups),
        basis,
        defaultRow,
        sortedTokens,
        sortedGroups,
        sortedRows,
        payloads);
  }

  private void openGroups() {
    groupOfSize = new byte[dim + 1];
    Arrays.fill(groupOfSize, (byte) -1);
    encodings = new Encoding[sizes.length];
    for (int g = 0; g < sizes.length; g++) {
      groupOfSize[sizes[g]] = (byte) g;
      encodings[g] = encodingOfSize.getOrDefault(sizes[g], encoding);
      values.add(new FloatArrayList());
    }
  }

  private int[] orderByToken() {
    int[] order = IntStream.range(0, tokens.size()).toArray();
    int[] keys = tokens.toIntArray();
    IntArrays.radixSortIndirect(order, keys, true);
    for (int i = 1; i < order.length; i++) {
      if (keys[order[i]] == keys[order[i - 1]]) {
        throw invalid(
            "rows %d and %d are both of token %d"
                .formatted(order[i - 1], order[i], keys[order[i]]));
      }
    }
    return order;
  }

  private static MemorySegment encode(SizeGroup group, float[] groupValues) {
    int bytesPerRow = group.encoding().payloadBytes(group.size());
    MemorySegment payload = group.emptyPayload();
    for (int r = 0; r < group.rows(); r++) {
      group
          .encoding()
          .encode(groupValues, r * group.size(), group.size(), payload, (long) r * bytesPerRow);
    }
    return payload;
  }

  private void requireNoRows(String what) {
    if (!tokens.isEmpty()) {
      throw new IllegalStateException(what + " must be set before the first row");
    }
  }

  private String place(int token) {
    return "row %d (token %d)".formatted(tokens.size(), token);
  }

  private IllegalArgumentException invalid(String what) {
    return new IllegalArgumentException("table %s: %s".formatted(name, what));
  }
}
