package org.espalier.kgat.refresh;

import org.espalier.kgat.graph.LiveCkg;
import org.espalier.kgat.graph.Row;
import org.espalier.kgat.kernel.GraphKernel;
import org.espalier.kgat.kernel.GraphKernels;

/**
 * Weights that follow from degrees: {@code weight/√(degree of head · degree of tail)} when symmetric,
 * else {@code weight/degree of head}. Nothing is kept for an edge: a node has a factor.
 */
final class DegreeWeigher implements EdgeWeigher {

  private final boolean symmetric;
  private final float smoothing;
  private final GraphKernel kernel = GraphKernels.best();
  private float[] factors; // 1/√degree or 1/degree; 0 without edges
  private float[] incoming; // of the last change

  DegreeWeigher(LiveCkg graph, boolean symmetric, float smoothing) {
    this.symmetric = symmetric;
    this.smoothing = smoothing;
    factors = new float[graph.nodeCount()];
    incoming = new float[symmetric ? graph.nodeCount() : 0];
    Row row = new Row();
    for (int node = 0; node < factors.length; node++) {
      graph.row(node, row);
      factors[node] = factor(degree(row));
    }
  }

  private double degree(Row row) {
    double degree = 0;
    for (int e = row.begin(); e < row.end(); e++) {
      degree += row.weight(e);
    }
    return degree;
  }

  private float factor(double degree) {
    if (degree == 0) {
      return 0;
    }
    return (float) (symmetric ? 1 / Math.sqrt(degree + smoothing) : 1 / degree);
  }

  @Override
  public float rowChanged(int node, Row row, float changedWeight) {
    float before = factors[node];
    float after = factor(degree(row));
    factors[node] = after;
    if (symmetric) {
      return symmetricChange(node, row, before, after, changedWeight);
    }
    // Σ|w₁·f₁ − w₀·f₀| ≤ f₁·Σ|w₁ − w₀| + |f₁ − f₀|·Σw₀, and Σw₀ = 1/f₀.
    return after == 0 || before == 0 ? 1 : changedWeight * after + Math.abs(after / before - 1);
  }

  private float symmetricChange(int node, Row row, float before, float after, float changedWeight) {
    if (before == 0 || after == 0) {
      incoming[node] = 0; // no edge was there before, or none is left
    } else {
      incoming[node] = Math.abs(after / before - 1);
    }
    if (after == 0) {
      return 1 / before;
    }
    float sum = 0;
    float largest = 0;
    for (int e = row.begin(); e < row.end(); e++) {
      float factor = factors[row.tail(e)];
      sum += row.weight(e) * factor;
      largest = Math.max(largest, factor);
    }
    return after * (before == 0 ? sum : sum * incoming[node] + changedWeight * largest);
  }

  @Override
  public float changeOfIncoming(int node) {
    return symmetric ? incoming[node] : 0;
  }

  @Override
  public void sum(int node, Row row, float[] below, int dim, float[] out, int at) {
    if (symmetric) {
      kernel.gatherScaledAdd(
          row.weights(), factors, row.tails(), row.begin(), row.end(), below, dim, out, at);
    } else {
      kernel.gatherAdd(row.weights(), row.tails(), row.begin(), row.end(), below, dim, out, at);
    }
    Scaling.scale(out, at, dim, factors[node]);
  }

  @Override
  public float weight(int node, Row row, int edge) {
    float weight = row.weight(edge) * factors[node];
    return symmetric ? weight * factors[row.tail(edge)] : weight;
  }

  @Override
  public float inverseWeight(int node, Row row, int edge, Row scratch) {
    float weight = row.weight(edge) * factors[row.tail(edge)];
    return symmetric ? weight * factors[node] : weight;
  }

  @Override
  public void moved(NodeNumbers before, NodeNumbers larger) {
    factors = before.moved(factors, 1, larger);
    incoming = new float[symmetric ? larger.count() : 0];
  }
}
