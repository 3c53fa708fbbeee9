package org.espalier.kgat.refresh;

import it.unimi.dsi.fastutil.longs.Long2ObjectOpenHashMap;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.espalier.embeddings.kernel.FloatKernel;
import org.espalier.embeddings.kernel.FloatKernels;
import org.espalier.kgat.graph.LiveCkg;
import org.espalier.kgat.graph.Row;
import org.espalier.kgat.history.HistoryPropagator;

/**
 * Rows of items that training did not know, from what the knowledge graph says of them: the mean over their
 * attributes, where an attribute stands for the mean of the known items that have it and weighs {@code ln(1
 * + known items/those with it)}. An attribute is a relation with its entity, as in training. An item without
 * an attribute that known items share has no row.
 *
 * <p>What a row is follows from the graph and the model alone, not from the order of events. One thread
 * infers; any may read what was inferred.
 */
final class InferredItems {

  private static final FloatKernel KERNEL = FloatKernels.best();

  private final HistoryPropagator model;
  private final LiveCkg graph;
  private final Map<Integer, float[]> rows = new ConcurrentHashMap<>(); // source, then target
  private final Long2ObjectOpenHashMap<Attribute> attributes = new Long2ObjectOpenHashMap<>();
  private final int width;
  private final Row own = new Row();
  private final Row members = new Row();

  /**
   * What the known items that have an attribute are like on average.
   *
   * @param weight 0 when no known item has it
   * @param mean (width)
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Attribute(float weight, float[] mean) {}

  InferredItems(HistoryPropagator model, LiveCkg graph) {
    this.model = model;
    this.graph = graph;
    width = model.sourceDim() + model.dim();
  }

  /** The row of an entity, source before target; empty when there is none. Not to be changed. */
  Optional<float[]> find(int entity) {
    return Optional.ofNullable(rows.get(entity));
  }

  /** Known items that have an attribute come, or go. */
  void forget(int entity, int relation) {
    attributes.remove(key(entity, relation));
  }

  /** The graph's relations have other numbers. */
  void renumbered() {
    attributes.clear();
  }

  /**
   * Works the row of an entity out anew, which training did not know.
   *
   * @return whether it changed
   */
  boolean infer(int entity) {
    graph.row(graph.nodeOfEntity(entity), own);
    float[] sum = new float[width];
    double weights = 0;
    for (int e = own.begin(); e < own.end(); e++) {
      if (own.tail(e) >= graph.userRoom()) {
        Attribute attribute = attribute(own.tail(e), graph.inverse(own.relation(e)));
        if (attribute.weight > 0) {
          KERNEL.axpy(attribute.weight, attribute.mean, 0, sum, 0, width);
          weights += attribute.weight;
        }
      }
    }
    if (weights == 0) {
      return rows.remove(entity) != null;
    }
    Scaling.scale(sum, 0, width, (float) (1 / weights));
    return !Arrays.equals(sum, rows.put(entity, sum));
  }

  private static long key(int entity, int relation) {
    return (long) entity << 32 | relation;
  }

  /**
   * @param relation along which the entity reaches the items
   */
  private Attribute attribute(int node, int relation) {
    long key = key(node - graph.userRoom(), relation);
    Attribute known = attributes.get(key);
    if (known == null) {
      known = average(node, relation);
      attributes.put(key, known);
    }
    return known;
  }

  private Attribute average(int node, int relation) {
    graph.row(node, members);
    float[] mean = new float[width];
    int count = 0;
    int end = members.firstOf(relation + 1);
    for (int e = members.firstOf(relation); e < end; e++) {
      int row = model.rowOf(members.tail(e) - graph.userRoom());
      if (row >= 0) {
        model.addSource(1, row, mean, 0);
        model.addTarget(1, row, mean, model.sourceDim());
        count++;
      }
    }
    Scaling.scale(mean, 0, width, count == 0 ? 0 : 1f / count);
    return new Attribute(attributeWeight(model, count), mean);
  }

  /** What an attribute weighs that so many of the known items have. */
  static float attributeWeight(HistoryPropagator model, int count) {
    return count == 0 ? 0 : (float) Math.log1p((double) model.itemCount() / count);
  }
}
