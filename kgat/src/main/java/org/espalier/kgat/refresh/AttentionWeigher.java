package org.espalier.kgat.refresh;

import org.espalier.kgat.graph.LiveCkg;
import org.espalier.kgat.graph.Row;
import org.espalier.kgat.kernel.GraphKernel;
import org.espalier.kgat.kernel.GraphKernels;
import org.espalier.kgat.model.AttentionQuery;
import org.espalier.kgat.model.TransR;

/**
 * Attention, kept as the graph's values: an edge's value is {@code weight·e^(π − z)} with a z that its
 * head keeps, its weight that divided by the sum over the row. So an edge that comes or goes costs the
 * row one score and one sum, not a score for each neighbour.
 *
 * <p>Scores depend on the trained base rows alone, which no event changes; a node without one scores 0
 * with everything.
 */
final class AttentionWeigher implements EdgeWeigher {

  /** Beyond e to this the row is reckoned anew with a z of its own, long before floats overflow. */
  private static final float EXCESS_MAX = 20;

  private final LiveCkg graph;
  private final BaseRows base;
  private final AttentionQuery query;
  private final GraphKernel kernel = GraphKernels.best();
  private float[] logSums; // z
  private float[] scales; // 1/Σ values; 0 without edges

  /**
   * @param graph its values are the weights of its edges
   * @param logSums (nodeCount) that they were divided by; taken over
   */
  AttentionWeigher(LiveCkg graph, TransR transR, BaseRows base, float[] logSums) {
    this.graph = graph;
    this.base = base;
    this.logSums = logSums;
    query = new AttentionQuery(transR);
    scales = new float[graph.nodeCount()];
    Row row = new Row();
    for (int node = 0; node < scales.length; node++) {
      graph.row(node, row);
      scales[node] = row.size() == 0 ? 0 : 1;
    }
  }

  @Override
  public float rowChanged(int node, Row row, float changedWeight) {
    double sumBefore = scales[node] == 0 ? 0 : 1.0 / scales[node];
    if (row.size() == 0) {
      scales[node] = 0;
      return 1;
    }
    double kept = 0;
    for (int e = row.begin(); e < row.end(); e++) {
      float value = row.value(e);
      kept += Float.isNaN(value) ? 0 : value;
    }
    boolean anew = sumBefore == 0 || kept < sumBefore * 1e-6 || !fillIn(node, row);
    if (anew) {
      reckonAnew(node, row);
      scales[node] = 1;
      return 2; // as much as two rows of weights can differ
    }
    double sum = 0;
    for (int e = row.begin(); e < row.end(); e++) {
      sum += row.value(e);
    }
    scales[node] = (float) (1 / sum);
    double changed = Math.max(0, sumBefore - kept) + (sum - kept);
    return (float) Math.min(2, (changed + Math.abs(sum - sumBefore)) / sum);
  }

  /** Fills in what is missing; false when a value would be too large for the row's z. */
  private boolean fillIn(int node, Row row) {
    int relation = -1;
    float[] q = {};
    for (int e = row.begin(); e < row.end(); e++) {
      if (Float.isNaN(row.value(e))) {
        if (row.relation(e) != relation) {
          relation = row.relation(e);
          q = query(node, relation);
        }
        float excess = base.score(row.tail(e), q) - logSums[node];
        if (excess > EXCESS_MAX) {
          return false;
        }
        row.values()[e] = row.weight(e) * (float) Math.exp(excess);
      }
    }
    return true;
  }

  private void reckonAnew(int node, Row row) {
    float[] values = row.values();
    float largest = Float.NEGATIVE_INFINITY;
    int relation = -1;
    float[] q = {};
    for (int e = row.begin(); e < row.end(); e++) {
      if (row.relation(e) != relation) {
        relation = row.relation(e);
        q = query(node, relation);
      }
      values[e] = base.score(row.tail(e), q);
      largest = Math.max(largest, values[e]);
    }
    double sum = 0;
    for (int e = row.begin(); e < row.end(); e++) {
      values[e] = row.weight(e) * (float) Math.exp(values[e] - largest);
      sum += values[e];
    }
    Scaling.scale(values, row.begin(), row.size(), (float) (1 / sum));
    logSums[node] = (float) (largest + Math.log(sum));
  }

  private float[] query(int node, int directed) {
    int room = graph.relationRoom();
    boolean inverse = directed >= room;
    int relation = inverse ? directed - room : directed;
    return query.of(relation, inverse, base.arrayOf(node), base.rowOf(node));
  }

  @Override
  public float changeOfIncoming(int node) {
    return 0;
  }

  @Override
  public void sum(int node, Row row, float[] below, int dim, float[] out, int at) {
    kernel.gatherAdd(row.values(), row.tails(), row.begin(), row.end(), below, dim, out, at);
    Scaling.scale(out, at, dim, scales[node]);
  }

  @Override
  public float weight(int node, Row row, int edge) {
    return row.value(edge) * scales[node];
  }

  @Override
  public float inverseWeight(int node, Row row, int edge, Row scratch) {
    int neighbour = row.tail(edge);
    graph.row(neighbour, scratch);
    int inverse = scratch.find(graph.inverse(row.relation(edge)), node);
    // In the midst of a batch the neighbour's row may be yet to change: its own change is to come.
    return inverse < 0 ? 0 : weight(neighbour, scratch, inverse);
  }

  @Override
  public void moved(NodeNumbers before, NodeNumbers larger) {
    logSums = before.moved(logSums, 1, larger);
    scales = before.moved(scales, 1, larger);
  }
}
