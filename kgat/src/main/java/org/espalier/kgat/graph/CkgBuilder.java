package org.espalier.kgat.graph;

import it.unimi.dsi.fastutil.floats.FloatArrayList;
import it.unimi.dsi.fastutil.floats.FloatArrays;
import it.unimi.dsi.fastutil.ints.IntArrayList;
import it.unimi.dsi.fastutil.ints.IntArrays;
import java.util.Arrays;

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
    int added = heads.size();
    int nodeCount = Math.addExact(userCount, entityCount);
    int[] offsets = offsets(nodeCount);
    int[] edgeRelations = new int[Math.multiplyExact(2, added)];
    int[] edgeTails = new int[2 * added];
    float[] edgeWeights = new float[2 * added];
    int[] next = Arrays.copyOf(offsets, nodeCount);
    // Inverses after all others: edges that come by relation, head and tail leave sorted rows.
    for (int i = 0; i < added; i++) {
      int at = next[headNode(i)]++;
      edgeRelations[at] = relations.getInt(i);
      edgeTails[at] = userCount + tails.getInt(i);
      edgeWeights[at] = weights.getFloat(i);
    }
    for (int i = 0; i < added; i++) {
      int at = next[userCount + tails.getInt(i)]++;
      edgeRelations[at] = relations.getInt(i) + relationCount;
      edgeTails[at] = headNode(i);
      edgeWeights[at] = weights.getFloat(i);
    }
    int size = 0;
    for (int node = 0; node < nodeCount; node++) {
      int from = offsets[node];
      int to = offsets[node + 1];
      sortRow(edgeRelations, edgeTails, edgeWeights, from, to);
      offsets[node] = size;
      size = mergeRow(edgeRelations, edgeTails, edgeWeights, from, to, size);
    }
    offsets[nodeCount] = size;
    return new Ckg(
        userCount,
        relationCount,
        offsets,
        Arrays.copyOf(edgeRelations, size),
        Arrays.copyOf(edgeTails, size),
        Arrays.copyOf(edgeWeights, size));
  }

  private int headNode(int i) {
    return relations.getInt(i) == INTERACTS ? heads.getInt(i) : userCount + heads.getInt(i);
  }

  /** Where rows begin before duplicates are merged: (nodeCount + 1). */
  private int[] offsets(int nodeCount) {
    int[] offsets = new int[nodeCount + 1];
    for (int i = 0; i < heads.size(); i++) {
      offsets[headNode(i) + 1]++;
      offsets[userCount + tails.getInt(i) + 1]++;
    }
    Arrays.parallelPrefix(offsets, Integer::sum);
    return offsets;
  }

  private static void sortRow(int[] relations, int[] tails, float[] weights, int from, int to) {
    for (int e = from + 1; e < to; e++) {
      if (compare(relations, tails, e - 1, e) > 0) {
        it.unimi.dsi.fastutil.Arrays.quickSort(
            from,
            to,
            (a, b) -> compare(relations, tails, a, b),
            (a, b) -> {
              IntArrays.swap(relations, a, b);
              IntArrays.swap(tails, a, b);
              FloatArrays.swap(weights, a, b);
            });
        return;
      }
    }
  }

  private static int compare(int[] relations, int[] tails, int a, int b) {
    int order = Integer.compare(relations[a], relations[b]);
    return order != 0 ? order : Integer.compare(tails[a], tails[b]);
  }

  /** Moves a sorted row to {@code size}, adding up duplicates; returns where it ends. */
  private static int mergeRow(
      int[] relations, int[] tails, float[] weights, int from, int to, int size) {
    int end = size;
    for (int e = from; e < to; e++) {
      if (e > from && compare(relations, tails, end - 1, e) == 0) {
        weights[end - 1] += weights[e];
      } else {
        relations[end] = relations[e];
        tails[end] = tails[e];
        weights[end] = weights[e];
        end++;
      }
    }
    return end;
  }
}
