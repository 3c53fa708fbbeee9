package org.espalier.kgat.explain;

import it.unimi.dsi.fastutil.ints.Int2DoubleOpenHashMap;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.espalier.kgat.explain.GraphPath.Hop;
import org.espalier.kgat.graph.Row;
import org.espalier.kgat.graph.WeightedGraph;
import org.jspecify.annotations.Nullable;

/**
 * Finds the paths along which most attention flows from one node to another. A path visits no node
 * twice.
 *
 * <p>Best-first search over partial paths. A partial path counts as much as its best completion could:
 * its own weight times the largest product of weights with which its last node reaches the goal in the
 * hops that are left. That bound is exact but for repeated nodes, so little more is expanded than what
 * is returned. It is worked out on demand: the last hop from the goal's own edges, the others by a look
 * at the edges of the node in question, remembered for the length of one search.
 */
public final class AttentionPaths {

  private final WeightedGraph graph;

  /** Searches a graph, each time as it is then. */
  public AttentionPaths(WeightedGraph graph) {
    this.graph = graph;
  }

  /**
   * The strongest paths, best first; equal ones in the order in which they are found.
   *
   * @param hopsMax hops of a path at most, at least 1
   * @param limit paths at most
   */
  public List<GraphPath> strongest(int from, int to, int hopsMax, int limit) {
    if (hopsMax < 1 || limit < 0) {
      throw new IllegalArgumentException("hopsMax=%d, limit=%d".formatted(hopsMax, limit));
    }
    return graph.read(() -> search(from, to, hopsMax, limit));
  }

  private List<GraphPath> search(int from, int to, int hopsMax, int limit) {
    Bounds bounds = new Bounds(to, hopsMax);
    PriorityQueue<Partial> open =
        new PriorityQueue<>(Comparator.comparingDouble(Partial::bound).reversed());
    List<GraphPath> found = new ArrayList<>();
    open.add(new Partial(null, -1, 1, from, 0, 1, bounds.of(from, hopsMax)));
    while (found.size() < limit && !open.isEmpty()) {
      Partial path = open.remove();
      if (path.node == to && path.hops > 0) {
        found.add(path.complete());
      } else if (path.hops < hopsMax) {
        expand(path, to, hopsMax, bounds, open);
      }
    }
    return found;
  }

  private void expand(
      Partial path, int to, int hopsMax, Bounds bounds, PriorityQueue<Partial> open) {
    int left = hopsMax - path.hops - 1;
    Row row = new Row();
    graph.row(path.node, row);
    for (int e = row.begin(); e < row.end(); e++) {
      int tail = row.tail(e);
      float edgeWeight = graph.weight(path.node, row, e);
      double weight = path.weight * edgeWeight;
      double bound = tail == to ? weight : weight * bounds.of(tail, left);
      if (bound > 0 && !path.visits(tail)) {
        open.add(
            new Partial(path, row.relation(e), edgeWeight, tail, path.hops + 1, weight, bound));
      }
    }
  }

  /**
   * A path from the start to a node, linked backwards.
   *
   * @param relation of the last edge; -1 at the start
   * @param edgeWeight of the last edge
   */
  private record Partial(
      @Nullable Partial before,
      int relation,
      float edgeWeight,
      int node,
      int hops,
      double weight,
      double bound) {

    boolean visits(int other) {
      for (Partial at = this; at != null; at = at.before) {
        if (at.node == other) {
          return true;
        }
      }
      return false;
    }

    GraphPath complete() {
      List<Hop> hops = new ArrayList<>();
      for (Partial at = this; at.before != null; at = at.before) {
        hops.add(new Hop(at.before.node, at.relation, at.node, at.edgeWeight));
      }
      Collections.reverse(hops);
      return new GraphPath(hops, weight);
    }
  }

  /** The largest product of weights from a node to the goal in at most so many hops. */
  private final class Bounds {

    private final List<Int2DoubleOpenHashMap> byHops = new ArrayList<>();

    Bounds(int goal, int hopsMax) {
      for (int hops = 0; hops <= hopsMax; hops++) {
        byHops.add(new Int2DoubleOpenHashMap());
        byHops.get(hops).defaultReturnValue(hops < 2 ? 0 : -1); // -1: not looked at yet
      }
      Row row = new Row();
      Row rowBefore = new Row();
      graph.row(goal, row);
      for (int e = row.begin(); e < row.end(); e++) {
        int before = row.tail(e);
        graph.row(before, rowBefore);
        int forward = rowBefore.find(graph.inverse(row.relation(e)), goal);
        double weight = graph.weight(before, rowBefore, forward);
        byHops.get(1).mergeDouble(before, weight, Math::max);
      }
    }

    double of(int node, int hops) {
      if (hops < 2) {
        return byHops.get(hops).get(node);
      }
      double known = byHops.get(hops).get(node);
      if (known >= 0) {
        return known;
      }
      double best = byHops.get(1).get(node);
      Row row = new Row();
      graph.row(node, row);
      for (int e = row.begin(); e < row.end(); e++) {
        float weight = graph.weight(node, row, e);
        if (weight > best) { // a bound is at most 1
          best = Math.max(best, weight * of(row.tail(e), hops - 1));
        }
      }
      byHops.get(hops).put(node, best);
      return best;
    }
  }
}
