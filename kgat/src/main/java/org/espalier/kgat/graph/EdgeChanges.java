package org.espalier.kgat.graph;

import it.unimi.dsi.fastutil.bytes.ByteArrayList;
import it.unimi.dsi.fastutil.floats.FloatArrayList;
import it.unimi.dsi.fastutil.ints.IntArrayList;

/**
 * Changes of a graph in the order in which they happened, for {@link LiveCkg#apply}. Ids are as in the
 * store: the head of relation 0 is a user, every other head and every tail an entity. Ids that the graph
 * has not seen make nodes. Not for use by several threads.
 *
 * <p>{@link #set} may be repeated without harm, which is what a source that delivers at least once
 * needs; {@link #add} may not.
 */
public final class EdgeChanges {

  static final byte SET = 0;
  static final byte ADD = 1;
  static final byte REMOVE_USER = 2;
  static final byte REMOVE_ENTITY = 3;

  /** Ids above this would not leave room for the other nodes. */
  static final int ID_MAX = (1 << 30) - 1;

  /** Relations above this are a mistake: every one has a matrix of its own. */
  static final int RELATION_MAX = (1 << 20) - 1;

  final ByteArrayList kinds = new ByteArrayList();
  final IntArrayList relations = new IntArrayList();
  final IntArrayList heads = new IntArrayList();
  final IntArrayList tails = new IntArrayList();
  final FloatArrayList weights = new FloatArrayList();

  /**
   * Gives an edge a weight; makes it when there is none.
   *
   * @throws IllegalArgumentException when an id is out of range, or the weight not positive and finite
   */
  public EdgeChanges set(int relation, int head, int tail, float weight) {
    return edge(SET, relation, head, tail, weight);
  }

  /** Adds to the weight of an edge; makes it when there is none. */
  public EdgeChanges add(int relation, int head, int tail, float weight) {
    return edge(ADD, relation, head, tail, weight);
  }

  /** Takes an edge away; one that is not there stays so. */
  public EdgeChanges remove(int relation, int head, int tail) {
    requireIds(relation, head, tail);
    return append(SET, relation, head, tail, 0);
  }

  /** Takes all edges of a user away. */
  public EdgeChanges removeUser(int user) {
    requireIds(0, user, 0);
    return append(REMOVE_USER, 0, user, 0, 0);
  }

  /** Takes all edges of an entity away. */
  public EdgeChanges removeEntity(int entity) {
    requireIds(0, entity, 0);
    return append(REMOVE_ENTITY, 0, entity, 0, 0);
  }

  /** Is told of nodes that lost all their edges. */
  public interface Removals {
    void user(int user);

    void entity(int entity);
  }

  /** Names the users and entities of {@link #removeUser} and {@link #removeEntity}, in order. */
  public void forEachRemoved(Removals removals) {
    for (int i = 0; i < size(); i++) {
      switch (kinds.getByte(i)) {
        case REMOVE_USER -> removals.user(heads.getInt(i));
        case REMOVE_ENTITY -> removals.entity(heads.getInt(i));
        default -> {}
      }
    }
  }

  /** Is told of triples that came, changed or went. */
  public interface Triples {
    void triple(int relation, int head, int tail);
  }

  /** Names the triples of {@link #set}, {@link #add} and {@link #remove}, in order. */
  public void forEachTriple(Triples triples) {
    for (int i = 0; i < size(); i++) {
      boolean edge = kinds.getByte(i) == SET || kinds.getByte(i) == ADD;
      if (edge && relations.getInt(i) != CkgBuilder.INTERACTS) {
        triples.triple(relations.getInt(i), heads.getInt(i), tails.getInt(i));
      }
    }
  }

  /**
   * These changes where a triple weighs so much for each 1 that it weighs here.
   *
   * @param weight 0 leaves triples out
   */
  public EdgeChanges withTripleWeight(float weight) {
    if (weight == 1) {
      return this;
    }
    EdgeChanges result = new EdgeChanges();
    for (int i = 0; i < size(); i++) {
      boolean edge = kinds.getByte(i) == SET || kinds.getByte(i) == ADD;
      boolean triple = edge && relations.getInt(i) != CkgBuilder.INTERACTS;
      if (!triple || weight > 0) {
        result.append(
            kinds.getByte(i),
            relations.getInt(i),
            heads.getInt(i),
            tails.getInt(i),
            triple ? weights.getFloat(i) * weight : weights.getFloat(i));
      }
    }
    return result;
  }

  /** All changes of another list, after those here. */
  public EdgeChanges addAll(EdgeChanges other) {
    kinds.addAll(other.kinds);
    relations.addAll(other.relations);
    heads.addAll(other.heads);
    tails.addAll(other.tails);
    weights.addAll(other.weights);
    return this;
  }

  /** The number of changes. */
  public int size() {
    return kinds.size();
  }

  private EdgeChanges edge(byte kind, int relation, int head, int tail, float weight) {
    requireIds(relation, head, tail);
    if (!(weight > 0) || Float.isInfinite(weight)) {
      throw new IllegalArgumentException(
          "weight %s of edge (%d, %d, %d) is not positive and finite"
              .formatted(weight, relation, head, tail));
    }
    return append(kind, relation, head, tail, weight);
  }

  private static void requireIds(int relation, int head, int tail) {
    if (relation < 0
        || relation > RELATION_MAX
        || head < 0
        || head > ID_MAX
        || tail < 0
        || tail > ID_MAX) {
      throw new IllegalArgumentException(
          "bad edge: relation %d is not in 0 … %d, or head %d or tail %d not in 0 … %d"
              .formatted(relation, RELATION_MAX, head, tail, ID_MAX));
    }
  }

  private EdgeChanges append(byte kind, int relation, int head, int tail, float weight) {
    kinds.add(kind);
    relations.add(relation);
    heads.add(head);
    tails.add(tail);
    weights.add(weight);
    return this;
  }
}
