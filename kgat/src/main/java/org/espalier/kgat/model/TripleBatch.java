package org.espalier.kgat.model;

import java.util.Arrays;

/**
 * Triples with a corrupted tail each, grouped by relation, which is how the loss visits them: one
 * relation's matrix stays in cache. Reused from batch to batch.
 */
public final class TripleBatch {

  private final int[] relationEnds;
  private final int[] relations;
  private final int[] heads;
  private final int[] tails;
  private final int[] corrupted;
  private final int[] order;
  private int size;

  /**
   * @param relations without inverses
   * @param capacity triples at most
   */
  public TripleBatch(int relations, int capacity) {
    relationEnds = new int[relations + 1];
    this.relations = new int[capacity];
    heads = new int[capacity];
    tails = new int[capacity];
    corrupted = new int[capacity];
    order = new int[capacity];
  }

  /** Forgets all triples. */
  public void clear() {
    size = 0;
  }

  /** Adds a triple of nodes and the tail that it is compared with. */
  public void add(int head, int relation, int tail, int corruptedTail) {
    heads[size] = head;
    relations[size] = relation;
    tails[size] = tail;
    corrupted[size] = corruptedTail;
    size++;
  }

  /** The number of triples. */
  public int size() {
    return size;
  }

  /** Brings the triples into the order of their relations. */
  void group() {
    Arrays.fill(relationEnds, 0);
    for (int i = 0; i < size; i++) {
      relationEnds[relations[i] + 1]++;
    }
    Arrays.parallelPrefix(relationEnds, Integer::sum);
    // relationEnds[r] is where r begins; filling moves it to where r ends.
    for (int i = 0; i < size; i++) {
      order[relationEnds[relations[i]]++] = i;
    }
  }

  int begin(int relation) {
    return relation == 0 ? 0 : relationEnds[relation - 1];
  }

  int end(int relation) {
    return relationEnds[relation];
  }

  int head(int at) {
    return heads[order[at]];
  }

  int tail(int at) {
    return tails[order[at]];
  }

  int corrupted(int at) {
    return corrupted[order[at]];
  }
}
