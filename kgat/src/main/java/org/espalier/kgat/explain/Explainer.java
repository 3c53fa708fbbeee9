package org.espalier.kgat.explain;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.espalier.kgat.explain.GraphPath.Hop;
import org.espalier.kgat.graph.NumberedGraph;

/** Tells by tokens why an item was recommended to a user. Any number of threads. */
public final class Explainer {

  private final NumberedGraph graph;
  private final PathSearch paths;
  private final IntFunction<String> userToken;
  private final IntFunction<String> entityToken;
  private final IntFunction<String> relationToken;

  /**
   * @param graph that the paths are found in
   * @param userToken the token of a user id; the others likewise
   */
  public Explainer(
      NumberedGraph graph,
      PathSearch paths,
      IntFunction<String> userToken,
      IntFunction<String> entityToken,
      IntFunction<String> relationToken) {
    this.graph = graph;
    this.paths = paths;
    this.userToken = userToken;
    this.entityToken = entityToken;
    this.relationToken = relationToken;
  }

  /** Paths, and how their nodes and relations were numbered when they were found. */
  private record Found(List<GraphPath> paths, int userRoom, int relationRoom) {}

  /**
   * The strongest paths from a user to an item, best first; none when either has no edge.
   *
   * @param limit paths at most
   */
  public List<Explanation> explain(int user, int item, int limit) {
    Found found =
        graph.read(() -> {
          int room = graph.userRoom();
          boolean known = user < room && item < graph.nodeCount() - room;
          return new Found(
              known ? paths.strongest(user, room + item, limit) : List.of(),
              room,
              graph.relationRoom());
        });
    List<Explanation> result = new ArrayList<>();
    for (GraphPath path : found.paths) { // tokens are looked up when the graph is free again
      List<Explanation.Step> steps = new ArrayList<>();
      for (Hop hop : path.hops()) {
        boolean inverse = hop.relation() >= found.relationRoom;
        int relation = inverse ? hop.relation() - found.relationRoom : hop.relation();
        steps.add(
            new Explanation.Step(
                token(hop.head(), found),
                relationToken.apply(relation),
                inverse,
                token(hop.tail(), found),
                hop.weight()));
      }
      result.add(new Explanation(steps, path.weight()));
    }
    return result;
  }

  private String token(int node, Found found) {
    return node < found.userRoom ? userToken.apply(node) : entityToken.apply(node - found.userRoom);
  }
}
