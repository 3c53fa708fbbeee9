package org.espalier.kgat.refresh;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.espalier.kgat.explain.GraphPath;
import org.espalier.kgat.explain.GraphPath.Hop;
import org.espalier.kgat.explain.PathSearch;
import org.espalier.kgat.graph.CkgBuilder;
import org.espalier.kgat.graph.LiveCkg;
import org.espalier.kgat.graph.Row;
import org.espalier.kgat.history.HistoryPropagator.Attribution;

/**
 * What the items of a history add to an item's score, as paths. A path's weight is that addition, in units
 * of the score; those that take away are left out. Over the whole history they add up to the score, but
 * for what the item has without any history ({@link Attribution}).
 *
 * <ul>
 *   <li>user –interacts→ item of the history: weighs what it adds.
 *   <li>… –relation→ entity –the same, back→ item, for each attribute that both share: the first of these
 *       hops weighs the attribute's share of what they share, by {@link InferredItems#attributeWeight}, the
 *       second 1. So the paths through one item of the history add up to its first hop.
 * </ul>
 *
 * Where both share nothing, the path ends at the item of the history: what joins the two was learned from
 * what others did.
 */
final class HistoryPaths implements PathSearch {

  private final Histories histories;
  private final LiveCkg graph;

  HistoryPaths(Histories histories) {
    this.histories = histories;
    this.graph = histories.graph();
  }

  /** An item of the history and what it adds. */
  private record Reason(int node, float added) {}

  /** A relation with its entity, and what it weighs. */
  private record Attribute(int relation, int node, float weight) {}

  @Override
  public List<GraphPath> strongest(int user, int item, int limit) {
    return graph.read(() -> search(user, item, limit));
  }

  private List<GraphPath> search(int user, int item, int limit) {
    Histories.Sum sum = new Histories.Sum(histories.model());
    histories.sum(user, sum);
    float[] vector = new float[histories.model().dim()];
    if (limit < 1 || sum.count == 0 || !histories.item(item - graph.userRoom(), vector)) {
      return List.of();
    }
    List<Attribute> attributes = attributes(item);
    PriorityQueue<GraphPath> best =
        new PriorityQueue<>(Comparator.comparingDouble(GraphPath::weight)); // the weakest first
    for (Reason reason : reasons(sum, vector)) {
      if (best.size() == limit && reason.added <= best.element().weight()) {
        break; // no path through an item weighs more than what it adds
      }
      for (GraphPath path : through(user, reason, item, attributes)) {
        best.add(path);
        if (best.size() > limit) {
          best.remove();
        }
      }
    }
    List<GraphPath> found = new ArrayList<>(best);
    found.sort(Comparator.comparingDouble(GraphPath::weight).reversed());
    return found;
  }

  private List<Reason> reasons(Histories.Sum sum, float[] vector) {
    Attribution attribution = histories.model().attribution(sum.source, sum.count, vector);
    List<Reason> reasons = new ArrayList<>();
    for (int e = sum.row.begin(); e < sum.row.end(); e++) {
      int node = sum.row.tail(e);
      float added = histories.sourceDot(node - graph.userRoom(), attribution.gradient());
      if (added > 0) {
        reasons.add(new Reason(node, added));
      }
    }
    reasons.sort(Comparator.comparingDouble(Reason::added).reversed());
    return reasons;
  }

  private List<GraphPath> through(int user, Reason reason, int item, List<Attribute> attributes) {
    Hop first = new Hop(user, CkgBuilder.INTERACTS, reason.node, reason.added);
    Row row = new Row();
    graph.row(reason.node, row);
    List<Attribute> shared =
        reason.node == item
            ? List.of()
            : attributes.stream().filter(a -> row.find(a.relation, a.node) >= 0).toList();
    if (shared.isEmpty()) {
      return List.of(new GraphPath(List.of(first), reason.added));
    }
    double all = shared.stream().mapToDouble(Attribute::weight).sum();
    List<GraphPath> paths = new ArrayList<>();
    for (Attribute attribute : shared) {
      float share = (float) (attribute.weight / all);
      Hop there = new Hop(reason.node, attribute.relation, attribute.node, share);
      Hop back = new Hop(attribute.node, graph.inverse(attribute.relation), item, 1);
      paths.add(new GraphPath(List.of(first, there, back), (double) reason.added * share));
    }
    return paths;
  }

  /** What an item has that known items have too. */
  private List<Attribute> attributes(int item) {
    Row row = new Row();
    Row members = new Row();
    graph.row(item, row);
    List<Attribute> attributes = new ArrayList<>();
    for (int e = row.begin(); e < row.end(); e++) {
      if (row.tail(e) >= graph.userRoom()) {
        float weight = weight(row.tail(e), graph.inverse(row.relation(e)), members);
        if (weight > 0) {
          attributes.add(new Attribute(row.relation(e), row.tail(e), weight));
        }
      }
    }
    return attributes;
  }

  private float weight(int node, int relation, Row members) {
    graph.row(node, members);
    int count = 0;
    int end = members.firstOf(relation + 1);
    for (int e = members.firstOf(relation); e < end; e++) {
      count += histories.model().rowOf(members.tail(e) - graph.userRoom()) >= 0 ? 1 : 0;
    }
    return InferredItems.attributeWeight(histories.model(), count);
  }
}
