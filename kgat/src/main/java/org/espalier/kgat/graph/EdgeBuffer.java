package org.espalier.kgat.graph;

import java.util.Arrays;

/** Edges in the making: a row being changed, or all rows of a graph being merged. */
final class EdgeBuffer {

  private final boolean valued;
  int[] relations;
  int[] tails;
  float[] weights;
  float[] values;
  private int size;

  EdgeBuffer(int capacity, boolean valued) {
    this.valued = valued;
    relations = new int[capacity];
    tails = new int[capacity];
    weights = new float[capacity];
    values = new float[valued ? capacity : 0];
  }

  int size() {
    return size;
  }

  void clear() {
    size = 0;
  }

  void append(Row row, int from, int to) {
    int count = to - from;
    reserve(Math.addExact(size, count));
    System.arraycopy(row.relations(), from, relations, size, count);
    System.arraycopy(row.tails(), from, tails, size, count);
    System.arraycopy(row.weights(), from, weights, size, count);
    if (valued) {
      System.arraycopy(row.values(), from, values, size, count);
    }
    size += count;
  }

  /** Appends one edge; its value is not known yet. */
  void append(int relation, int tail, float weight) {
    reserve(size + 1);
    relations[size] = relation;
    tails[size] = tail;
    weights[size] = weight;
    if (valued) {
      values[size] = Float.NaN;
    }
    size++;
  }

  private void reserve(int needed) {
    if (needed > tails.length) {
      int capacity = (int) Math.min(Integer.MAX_VALUE - 8L, needed + needed / 2L + 64);
      relations = Arrays.copyOf(relations, capacity);
      tails = Arrays.copyOf(tails, capacity);
      weights = Arrays.copyOf(weights, capacity);
      values = valued ? Arrays.copyOf(values, capacity) : values;
    }
  }
}
