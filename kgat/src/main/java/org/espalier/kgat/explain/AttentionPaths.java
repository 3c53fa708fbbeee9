package org.espalier.kgat.explain;

import it.unimi.dsi.fastutil.ints.Int2DoubleOpenHashMap;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.espalier.kgat.explain.AttentionPath.Hop;
import org.espalier.kgat.graph.Ckg;
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

  private final Ckg graph;
  private final float[] weights;

  /**
   * @param weights a weight an edge, in [0, 1]; not copied
   */
  public AttentionPaths(Ckg graph, float[] weights) {
    if (weights.length != graph.edgeCount()) {
      throw new IllegalArgumentException(
          "%d weights for %d edges".formatted(weights.length, graph.edgeCount()));
    }
    this.graph = graph;
    this.weights = weights;
  }

  /**
   * The strongest paths, best first; equal ones in the order in which they are found.
   *
   * @param hopsMax hops of a path at most, at least 1
   * @param limit paths at most
   */
  public List<AttentionPath> strongest(int from, int to, int hopsMax, int limit) {
    if (hopsMax < 1 || limit < 0) {
      throw new IllegalArgumentException("hopsMax=%d, limit=%d".formatted(hopsMax, limit));
    }
    Bounds bounds = new Bounds(to, hopsMax);
    PriorityQueue<Partial> open =
        new PriorityQueue<>(Comparator.comparingDouble(Partial::bound).reversed());
    List<AttentionPath> found = new ArrayList<>();
    open.add(new Partial(null, -1, from, 0, 1, bounds.of(from, hopsMax)));
    while (found.size() < limit && !open.isEmpty()) {
      Partial path = open.remove();
      if (path.node == to && path.hops > 0) {
        found.add(path.complete(graph, weights));
      } else if (path.hops < hopsMax) {
        expand(path, to, hopsMax, bounds, open);
      }
    }
    return found;
  }

  private void expand(
      Partial path, int to, int hopsMax, Bounds bounds, PriorityQueue<Partial> open) {
    int left = hopsMax - path.hops - 1;
    for (int e = graph.begin(path.node); e < graph.end(path.node); e++) {
      int tail = graph.tail(e);
      double weight = path.weight * weights[e];
      double bound = tail == to ? weight : weight * bounds.of(tail, left);
      if (bound > 0 && !path.visits(tail)) {
        open.add(new Partial(path, e, tail, path.hops + 1, weight, bound));
      }
    }
  }

  /**
   * A path from the start to a node, linked backwards.
   *
   * @param edge the last one; -1 at the start
   */
  private record Partial(
      @Nullable Partial before, int edge, int node, int hops, double weight, double bound) {

    boolean visits(int other) {
      for (Partial at = this; at != null; at = at.before) {
        if (at.node == other) {
          return true;
        }
      }
      return false;
    }

    AttentionPath complete(Ckg graph, float[] weights) {
      List<Hop> hops = new ArrayList<>();
      for (Partial at = this; at.before != null; at = at.before) {
        hops.add(new Hop(at.before.node, graph.relation(at.edge), at.node, weights[at.edge]));
      }
      Collections.reverse(hops);
      return new AttentionPath(hops, weight);
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
      for (int e = graph.begin(goal); e < graph.end(goal); e++) {
        int before = graph.tail(e);
        int forward = graph.find(before, graph.inverse(graph.relation(e)), goal);
        byHops.get(1).mergeDouble(before, weights[forward], Math::max);
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
      for (int e = graph.begin(node); e < graph.end(node); e++) {
        if (weights[e] > best) { // a bound is at most 1
          best = Math.max(best, weights[e] * of(graph.tail(e), hops - 1));
        }
      }
      byHops.get(hops).put(node, best);
      return best;
    }
  }
}
