package org.espalier.kgat.graph;

import it.unimi.dsi.fastutil.floats.FloatArrayList;
import it.unimi.dsi.fastutil.ints.IntArrayList;
import java.util.Arrays;
import java.util.function.IntUnaryOperator;

/**
 * Builds a {@link Ckg} from one pass over edges in any order. The counts of users, entities and
 * relations are what the edges name, at least what the constructor was told. Not for use by several
 * threads.
 */
public final class CkgBuilder {

  /** The relation between a user and an entity. */
  public static final int INTERACTS = 0;

  private int userCount;
  private int entityCount;
  private int relationCount;
  private final IntArrayList relations = new IntArrayList();
  private final IntArrayList heads = new IntArrayList();
  private final IntArrayList tails = new IntArrayList();
  private final FloatArrayList weights = new FloatArrayList();

  /** Starts with this many users and entities, isolated until an edge names them. */
  public CkgBuilder(int userCount, int entityCount) {
    if (userCount < 0 || entityCount < 0) {
      throw new IllegalArgumentException(
          "negative counts: %d users, %d entities".formatted(userCount, entityCount));
    }
    this.userCount = userCount;
    this.entityCount = entityCount;
    relationCount = INTERACTS + 1;
  }

  /**
   * Adds a user's interaction with an entity.
   *
   * @param weight positive and finite
   */
  public CkgBuilder interaction(int user, int entity, float weight) {
    return edge(INTERACTS, user, entity, weight);
  }

  /** Adds a triple of two entities; the relation is not {@link #INTERACTS}. */
  public CkgBuilder triple(int head, int relation, int tail) {
    if (relation == INTERACTS) {
      throw new IllegalArgumentException("relation 0 joins a user to an entity, not two entities");
    }
    return edge(relation, head, tail, 1);
  }

  /**
   * Adds an edge as the store keeps it: the head of relation 0 is a user id, every other head and
   * every tail an entity id.
   *
   * @throws IllegalArgumentException when an id is negative, or the weight not positive and finite
   */
  public CkgBuilder edge(int relation, int head, int tail, float weight) {
    if (relation < 0 || head < 0 || tail < 0 || !(weight > 0) || Float.isInfinite(weight)) {
      throw new IllegalArgumentException(
          "bad edge: relation %d, head %d, tail %d, weight %s"
              .formatted(relation, head, tail, weight));
    }
    if (relation == INTERACTS) {
      userCount = Math.max(userCount, head + 1);
    } else {
      entityCount = Math.max(entityCount, head + 1);
    }
    entityCount = Math.max(entityCount, tail + 1);
    relationCount = Math.max(relationCount, relation + 1);
    relations.add(relation);
    heads.add(head);
    tails.add(tail);
    weights.add(weight);
    return this;
  }

  /** The graph of the edges so far. */
  public Ckg build() {
    int directed = Math.multiplyExact(2, heads.size());
    int nodeCount = Math.addExact(userCount, entityCount);
    // Stable counting sorts by tail, relation, head leave rows sorted by relation, then tail.
    int[] order = new int[directed];
    Arrays.setAll(order, i -> i);
    order = countingSort(order, this::tailNode, nodeCount);
    order = countingSort(order, this::directedRelation, 2 * relationCount);
    order = countingSort(order, this::headNode, nodeCount);

    int[] offsets = new int[nodeCount + 1];
    int[] edgeRelations = new int[directed];
    int[] edgeTails = new int[directed];
    float[] edgeWeights = new float[directed];
    int size = 0;
    int lastHead = -1;
    for (int i : order) {
      int head = headNode(i);
      int relation = directedRelation(i);
      int tail = tailNode(i);
      boolean repeats =
          head == lastHead && edgeRelations[size - 1] == relation && edgeTails[size - 1] == tail;
      if (repeats) {
        edgeWeights[size - 1] += weights.getFloat(i >> 1);
      } else {
        edgeRelations[size] = relation;
        edgeTails[size] = tail;
        edgeWeights[size] = weights.getFloat(i >> 1);
        offsets[head + 1]++;
        size++;
      }
      lastHead = head;
    }
    Arrays.parallelPrefix(offsets, Integer::sum);
    return new Ckg(
        userCount,
        relationCount,
        offsets,
        Arrays.copyOf(edgeRelations, size),
        Arrays.copyOf(edgeTails, size),
        Arrays.copyOf(edgeWeights, size));
  }

  // Directed edge 2i is the edge i as it was added, 2i + 1 its inverse.

  private int headNode(int directedEdge) {
    int i = directedEdge >> 1;
    return (directedEdge & 1) == 0 ? addedHeadNode(i) : userCount + tails.getInt(i);
  }

  private int tailNode(int directedEdge) {
    int i = directedEdge >> 1;
    return (directedEdge & 1) == 0 ? userCount + tails.getInt(i) : addedHeadNode(i);
  }

  private int directedRelation(int directedEdge) {
    int relation = relations.getInt(directedEdge >> 1);
    return (directedEdge & 1) == 0 ? relation : relation + relationCount;
  }

  private int addedHeadNode(int i) {
    return relations.getInt(i) == INTERACTS ? heads.getInt(i) : userCount + heads.getInt(i);
  }

  private static int[] countingSort(int[] order, IntUnaryOperator key, int keyCount) {
    int[] starts = new int[keyCount + 1];
    for (int i : order) {
      starts[key.applyAsInt(i) + 1]++;
    }
    Arrays.parallelPrefix(starts, Integer::sum);
    int[] sorted = new int[order.length];
    for (int i : order) {
      sorted[starts[key.applyAsInt(i)]++] = i;
    }
    return sorted;
  }
}
