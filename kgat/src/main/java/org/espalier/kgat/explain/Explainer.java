package org.espalier.kgat.explain;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.espalier.kgat.explain.AttentionPath.Hop;
import org.espalier.kgat.graph.WeightedGraph;

/** Tells by tokens why an item was recommended to a user. Any number of threads. */
public final class Explainer {

  private final WeightedGraph graph;
  private final AttentionPaths paths;
  private final IntFunction<String> userToken;
  private final IntFunction<String> entityToken;
  private final IntFunction<String> relationToken;

  /**
   * @param userToken the token of a user id; the others likewise
   */
  public Explainer(
      WeightedGraph graph,
      IntFunction<String> userToken,
      IntFunction<String> entityToken,
      IntFunction<String> relationToken) {
    this.graph = graph;
    this.paths = new AttentionPaths(graph);
    this.userToken = userToken;
    this.entityToken = entityToken;
    this.relationToken = relationToken;
  }

  /** Paths, and how their nodes and relations were numbered when they were found. */
  private record Found(List<AttentionPath> paths, int userRoom, int relationRoom) {}

  /**
   * The strongest paths from a user to an item, best first; none when either has no edge.
   *
   * @param hopsMax hops of a path at most, at least 1
   * @param limit paths at most
   */
  public List<Explanation> explain(int user, int item, int hopsMax, int limit) {
    Found found =
        graph.read(() -> {
          int room = graph.userRoom();
          boolean known = user < room && item < graph.nodeCount() - room;
          return new Found(
              known ? paths.strongest(user, room + item, hopsMax, limit) : List.of(),
              room,
              graph.relationRoom());
        });
    List<Explanation> result = new ArrayList<>();
    for (AttentionPath path : found.paths) { // tokens are looked up when the graph is free again
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
