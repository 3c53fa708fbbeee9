package org.espalier.kgat.graph;

import java.util.Arrays;

/**
 * The edges of a graph as segments that share head and relation, in the order of the relations: what
 * depends on (head, relation) alone is then computed once a segment, and one relation's matrix stays
 * in cache while its segments pass. Segments of relation {@code r} are {@code begin(r) <= s < end(r)}.
 * Immutable.
 */
public final class Segments {

  private final int[] relationOffsets;
  private final int[] heads;
  private final int[] edgeBegins;
  private final int[] edgeEnds;

  private Segments(int[] relationOffsets, int[] heads, int[] edgeBegins, int[] edgeEnds) {
    this.relationOffsets = relationOffsets;
    this.heads = heads;
    this.edgeBegins = edgeBegins;
    this.edgeEnds = edgeEnds;
  }

  /** The segments of a graph, in one pass to count and one to fill. */
  public static Segments of(Ckg graph) {
    int[] relationOffsets = new int[2 * graph.relationCount() + 1];
    forEach(graph, (_, relation, _, _) -> relationOffsets[relation + 1]++);
    Arrays.parallelPrefix(relationOffsets, Integer::sum);
    int size = relationOffsets[relationOffsets.length - 1];
    int[] fill = relationOffsets.clone();
    int[] heads = new int[size];
    int[] begins = new int[size];
    int[] ends = new int[size];
    forEach(
        graph,
        (head, relation, begin, end) -> {
          int at = fill[relation]++;
          heads[at] = head;
          begins[at] = begin;
          ends[at] = end;
        });
    return new Segments(relationOffsets, heads, begins, ends);
  }

  /** The number of segments. */
  public int size() {
    return heads.length;
  }

  /** The first segment of a relation or of an inverse. */
  public int begin(int relation) {
    return relationOffsets[relation];
  }

  /** The segment behind the last of a relation. */
  public int end(int relation) {
    return relationOffsets[relation + 1];
  }

  /** The node that a segment's edges leave. */
  public int head(int segment) {
    return heads[segment];
  }

  /** The position of a segment's first edge in the graph. */
  public int edgeBegin(int segment) {
    return edgeBegins[segment];
  }

  /** The position behind a segment's last edge. */
  public int edgeEnd(int segment) {
    return edgeEnds[segment];
  }

  private interface Visitor {
    void segment(int head, int relation, int edgeBegin, int edgeEnd);
  }

  private static void forEach(Ckg graph, Visitor visitor) {
    for (int head = 0; head < graph.nodeCount(); head++) {
      int end = graph.end(head);
      for (int at = graph.begin(head); at < end; ) {
        int relation = graph.relation(at);
        int from = at;
        while (at < end && graph.relation(at) == relation) {
          at++;
        }
        visitor.segment(head, relation, from, at);
      }
    }
  }
}
