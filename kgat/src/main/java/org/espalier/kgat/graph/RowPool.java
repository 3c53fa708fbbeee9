package org.espalier.kgat.graph;

import it.unimi.dsi.fastutil.ints.Int2IntOpenHashMap;
import it.unimi.dsi.fastutil.ints.IntArrayList;
import java.util.Arrays;

/**
 * Whole rows that replace those of the graph below, each with some room to grow. A row that outgrows
 * its room moves to the end; what it leaves is lost until the pool is merged away, but since rooms grow
 * by a quarter that is at most a few times what is stored.
 */
final class RowPool {

  private static final int ABSENT = -1;
  private static final int ROOM_MIN = 4;

  private final boolean valued;
  private final Int2IntOpenHashMap numbers = new Int2IntOpenHashMap();
  private final IntArrayList nodes = new IntArrayList();
  private final IntArrayList begins = new IntArrayList();
  private final IntArrayList lengths = new IntArrayList();
  private final IntArrayList rooms = new IntArrayList();
  private int[] relations = new int[0];
  private int[] tails = new int[0];
  private float[] weights = new float[0];
  private float[] values = new float[0];
  private int used;
  private long live;

  /**
   * @param valued whether edges have values
   */
  RowPool(boolean valued) {
    this.valued = valued;
    numbers.defaultReturnValue(ABSENT);
  }

  boolean isEmpty() {
    return nodes.isEmpty();
  }

  /** Edges of all rows. */
  long edges() {
    return live;
  }

  /** The nodes that have a row here, ascending. */
  int[] sortedNodes() {
    int[] sorted = nodes.toIntArray();
    Arrays.sort(sorted);
    return sorted;
  }

  /** Points a row at a node's edges; false, leaving it, when the node has none here. */
  boolean row(int node, Row row) {
    int number = isEmpty() ? ABSENT : numbers.get(node);
    if (number == ABSENT) {
      return false;
    }
    int begin = begins.getInt(number);
    row.set(relations, tails, weights, values, begin, begin + lengths.getInt(number));
    return true;
  }

  /** Copies a row in. */
  void put(int node, EdgeBuffer row) {
    int length = row.size();
    int number = numbers.get(node);
    if (number == ABSENT) {
      number = nodes.size();
      numbers.put(node, number);
      nodes.add(node);
      begins.add(0);
      lengths.add(0);
      rooms.add(-1);
    }
    if (rooms.getInt(number) < length) {
      int room = Math.addExact(length, Math.max(ROOM_MIN, length / 4));
      begins.set(number, used);
      rooms.set(number, room);
      used = Math.addExact(used, room);
      reserve(used);
    }
    int at = begins.getInt(number);
    System.arraycopy(row.relations, 0, relations, at, length);
    System.arraycopy(row.tails, 0, tails, at, length);
    System.arraycopy(row.weights, 0, weights, at, length);
    if (valued) {
      System.arraycopy(row.values, 0, values, at, length);
    }
    live += length - lengths.getInt(number);
    lengths.set(number, length);
  }

  private void reserve(int size) {
    if (size > tails.length) {
      int capacity = (int) Math.min(Integer.MAX_VALUE - 8L, size + size / 2L + 1024);
      relations = Arrays.copyOf(relations, capacity);
      tails = Arrays.copyOf(tails, capacity);
      weights = Arrays.copyOf(weights, capacity);
      values = valued ? Arrays.copyOf(values, capacity) : values;
    }
  }
}
