package org.espalier.kgat.graph;

import java.util.Arrays;
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
  // to twice as much through a MemorySegment; 12 bytes a directed edge are 480 MB for 20 million
  // edges, and 2³¹ directed edges are more than a heap holds.
  private final int userCount;
  private final int relationCount;
  private final int[] offsets;
  private final int[] relations;
  private final int[] tails;
  private final float[] weights;

  /** Takes the arrays over. */
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
    int at = Row.search(relations, tails, begin(head), end(head), relation, tail);
    return Math.max(at, -1);
  }

  /**
   * Points a row at a node's edges.
   *
   * @param values an own value an edge, or none
   */
  public void row(int node, float[] values, Row row) {
    row.set(relations, tails, weights, values, offsets[node], offsets[node + 1]);
  }

  /** Points a row at the edges of the nodes {@code from} to {@code to}, end to end. */
  void rows(int from, int to, float[] values, Row row) {
    row.set(relations, tails, weights, values, offsets[from], offsets[to]);
  }

  /**
   * The same edges among other counts: nodes without edges come or go behind the users and behind the
   * entities, relations without edges behind the relations. Entities' node numbers and inverses'
   * numbers move, edges keep their positions.
   *
   * @throws IllegalArgumentException when an edge would be lost
   */
  public Ckg resized(int newUserCount, int newEntityCount, int newRelationCount) {
    int keptUsers = Math.min(userCount, newUserCount);
    int keptEntities = Math.min(entityCount(), newEntityCount);
    if (offsets[keptUsers] != offsets[userCount]
        || offsets[userCount + keptEntities] != edgeCount()) {
      throw new IllegalArgumentException(
          "%d users and %d entities would lose edges of %d and %d"
              .formatted(newUserCount, newEntityCount, userCount, entityCount()));
    }
    int[] newOffsets = new int[Math.addExact(newUserCount, newEntityCount) + 1];
    System.arraycopy(offsets, 0, newOffsets, 0, keptUsers + 1);
    Arrays.fill(newOffsets, keptUsers + 1, newUserCount + 1, offsets[userCount]);
    System.arraycopy(offsets, userCount + 1, newOffsets, newUserCount + 1, keptEntities);
    Arrays.fill(newOffsets, newUserCount + keptEntities + 1, newOffsets.length, edgeCount());
    int[] newRelations = new int[edgeCount()];
    int[] newTails = new int[edgeCount()];
    for (int e = 0; e < edgeCount(); e++) {
      boolean inverse = relations[e] >= relationCount;
      int relation = inverse ? relations[e] - relationCount : relations[e];
      if (relation >= newRelationCount) {
        throw new IllegalArgumentException(
            "relation %d has edges and is not below %d".formatted(relation, newRelationCount));
      }
      newRelations[e] = inverse ? relation + newRelationCount : relation;
      newTails[e] = tails[e] < userCount ? tails[e] : tails[e] - userCount + newUserCount;
    }
    return new Ckg(newUserCount, newRelationCount, newOffsets, newRelations, newTails, weights);
  }

  /** The tails of all edges, for kernels; shared, not to be changed. */
  public int[] tails() {
    return tails;
  }
}
