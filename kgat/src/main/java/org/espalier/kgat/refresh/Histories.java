package org.espalier.kgat.refresh;

import java.util.Arrays;
import java.util.Optional;
import org.espalier.embeddings.kernel.FloatKernels;
import org.espalier.kgat.graph.CkgBuilder;
import org.espalier.kgat.graph.LiveCkg;
import org.espalier.kgat.graph.Row;
import org.espalier.kgat.history.HistoryPropagator;

/** Reads users' histories from a live graph: the items that they interact with and that have a row. For any thread that may read the graph. */
record Histories(HistoryPropagator model, LiveCkg graph, InferredItems inferred) {

  /** A history's sum, which one thread reuses. */
  static final class Sum {
    final Row row = new Row();
    final float[] source;
    int count;

    Sum(HistoryPropagator model) {
      source = new float[model.sourceDim()];
    }
  }

  /** Sums up the source rows of a user's history; {@code count} is 0 when nothing of it has a row. */
  void sum(int user, Sum sum) {
    Arrays.fill(sum.source, 0);
    sum.count = 0;
    graph.row(user, sum.row);
    for (int e = sum.row.begin(); e < sum.row.end(); e++) {
      if (sum.row.relation(e) == CkgBuilder.INTERACTS) {
        sum.count += addSource(sum.row.tail(e) - graph.userRoom(), sum.source) ? 1 : 0;
      }
    }
  }

  private boolean addSource(int entity, float[] to) {
    int row = model.rowOf(entity);
    if (row >= 0) {
      model.addSource(1, row, to, 0);
      return true;
    }
    Optional<float[]> found = inferred.find(entity);
    found.ifPresent(source -> FloatKernels.best().axpy(1, source, 0, to, 0, model.sourceDim()));
    return found.isPresent();
  }

  /** {@code source row of an entity · x}; 0 for an entity without one. */
  float sourceDot(int entity, float[] x) {
    int row = model.rowOf(entity);
    return row >= 0
        ? model.sourceDot(row, x)
        : inferred
            .find(entity)
            .map(source -> FloatKernels.best().dot(source, 0, x, 0, model.sourceDim()))
            .orElse(0f);
  }

  /** Writes an entity's vector to the begin of {@code vector}; false when it has none. */
  boolean item(int entity, float[] vector) {
    int row = model.rowOf(entity);
    if (row >= 0) {
      Arrays.fill(vector, 0, model.dim(), 0);
      model.addTarget(1, row, vector, 0);
      return true;
    }
    Optional<float[]> found = inferred.find(entity);
    found.ifPresent(both -> System.arraycopy(both, model.sourceDim(), vector, 0, model.dim()));
    return found.isPresent();
  }
}
