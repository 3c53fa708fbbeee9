package org.espalier.kgat.graph;

import java.util.Objects;

/**
 * The collaborative knowledge graph (Wang et al., KDD 2019, section 2): users and entities in one
 * node space, users first, and every edge in both directions. Compressed sparse rows: the edges that
 * leave node {@code n} stand at {@code begin(n) <= e < end(n)}, sorted by relation, then by tail, each
 * (head, relation, tail) once. Immutable.
 *
 * <p>Relation 0 joins a user to an entity. The inverse of relation {@code r} is {@code r +
 * relationCount()}; so the edges of a node that share a relation are neighbours, and an attention
 * pass treats them as one segment.
 *
 * <p>An edge's weight is how many parallel edges it stands for: duplicates are merged by adding
 * theirs. A self-loop is an edge in each direction like any other. Nodes may be isolated.
 */
public final class Ckg {

  // Plain arrays: the propagation's inner loops index them millions of times a pass, which costs up
  // to
  // twice as much through a MemorySegment, and 2³¹ directed edges are more than a trainer's heap
  // holds.
  private final int userCount;
  private final int relationCount;
  private final int[] offsets;
  private final int[] relations;
  private final int[] tails;
  private final float[] weights;

  Ckg(
      int userCount,
      int relationCount,
      int[] offsets,
      int[] relations,
      int[] tails,
      float[] weights) {
    this.userCount = userCount;
    this.relationCount = relationCount;
    this.offsets = offsets;
    this.relations = relations;
    this.tails = tails;
    this.weights = weights;
  }

  /** Users are the nodes 0 to this, exclusive. */
  public int userCount() {
    return userCount;
  }

  /** Entities are the nodes {@code userCount()} to {@code nodeCount()}, exclusive. */
  public int entityCount() {
    return nodeCount() - userCount;
  }

  /** Users and entities. */
  public int nodeCount() {
    return offsets.length - 1;
  }

  /** Relations without their inverses, {@code interacts} included. */
  public int relationCount() {
    return relationCount;
  }

  /** Directed edges: twice the number of distinct triples and interactions. */
  public int edgeCount() {
    return tails.length;
  }

  /** The node of an entity. */
  public int nodeOfEntity(int entity) {
    return userCount + Objects.checkIndex(entity, entityCount());
  }

  /** The inverse of a relation or of an inverse. */
  public int inverse(int relation) {
    return relation < relationCount ? relation + relationCount : relation - relationCount;
  }

  /** The position of a node's first edge. */
  public int begin(int node) {
    return offsets[node];
  }

  /** The position behind a node's last edge. */
  public int end(int node) {
    return offsets[node + 1];
  }

  /** The node that an edge leads to. */
  public int tail(int edge) {
    return tails[edge];
  }

  /** The relation of an edge; inverses count from {@code relationCount()}. */
  public int relation(int edge) {
    return relations[edge];
  }

  /** How many parallel edges an edge stands for. */
  public float weight(int edge) {
    return weights[edge];
  }

  /** The position of an edge, or -1 when there is none. */
  public int find(int head, int relation, int tail) {
    int low = begin(head);
    int high = end(head) - 1;
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
    return -1;
  }

  /** The tails of all edges, for kernels; shared, not to be changed. */
  public int[] tails() {
    return tails;
  }
}
