package org.espalier.kgat.graph;

/**
 * One node's edges as a slice of arrays that belong to a graph: a cursor that its user makes once and
 * has filled again and again. Edges stand at {@code begin() <= e < end()}, sorted by relation, then by
 * tail. Only to be read, and only while the graph may not change (see {@link LiveCkg}).
 */
public final class Row {

  private static final int[] NO_INTS = {};
  private static final float[] NO_FLOATS = {};

  private int[] relations = NO_INTS;
  private int[] tails = NO_INTS;
  private float[] weights = NO_FLOATS;
  private float[] values = NO_FLOATS;
  private int begin;
  private int end;

  void set(int[] relations, int[] tails, float[] weights, float[] values, int begin, int end) {
    this.relations = relations;
    this.tails = tails;
    this.weights = weights;
    this.values = values;
    this.begin = begin;
    this.end = end;
  }

  void clear() {
    begin = 0;
    end = 0;
  }

  /** The position of the first edge. */
  public int begin() {
    return begin;
  }

  /** The position behind the last edge. */
  public int end() {
    return end;
  }

  /** The number of edges. */
  public int size() {
    return end - begin;
  }

  /** The relation of an edge; inverses count from the graph's number of relations. */
  public int relation(int edge) {
    return relations[edge];
  }

  /** The node that an edge leads to. */
  public int tail(int edge) {
    return tails[edge];
  }

  /** How many parallel edges an edge stands for. */
  public float weight(int edge) {
    return weights[edge];
  }

  /** The value that the graph's owner keeps with an edge. */
  public float value(int edge) {
    return values[edge];
  }

  /** The tails, for kernels; shared, not to be changed. */
  public int[] tails() {
    return tails;
  }

  /** The weights, for kernels; shared, not to be changed. */
  public float[] weights() {
    return weights;
  }

  /** The values, for kernels, and for {@link LiveCkg.RowListener} to fill; else not to be changed. */
  public float[] values() {
    return values;
  }

  /** The relations, for sequential passes; shared, not to be changed. */
  int[] relations() {
    return relations;
  }

  /** The position of an edge, or -1 when there is none. */
  public int find(int relation, int tail) {
    return Math.max(-1, search(relations, tails, begin, end, relation, tail));
  }

  /** The position of the first edge of a relation, or where it would stand: those of the next begin at the end. */
  public int firstOf(int relation) {
    return -1 - search(relations, tails, begin, end, relation, -1);
  }

  /** As {@link #find}, but {@code -1 - place} when there is none: where it would stand. */
  int place(int from, int relation, int tail) {
    return search(relations, tails, from, end, relation, tail);
  }

  static int search(int[] relations, int[] tails, int from, int to, int relation, int tail) {
    int low = from;
    int high = to - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int order = Integer.compare(relations[middle], relation);
      if (order == 0) {
        order = Integer.compare(tails[middle], tail);
      }
      if (order == 0) {
        return middle;
      }
      if (order < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return -1 - low;
  }
}
