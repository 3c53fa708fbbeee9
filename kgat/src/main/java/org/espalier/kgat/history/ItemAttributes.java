package org.espalier.kgat.history;

import it.unimi.dsi.fastutil.floats.FloatArrayList;
import it.unimi.dsi.fastutil.ints.IntArrayList;
import org.espalier.kgat.graph.Ckg;

/**
 * What items have in common in the knowledge graph, as sparse rows: attribute {@code a} has the items
 * {@code item(at)} with the values {@code value(at)} at {@code begin(a) <= at < end(a)}, at least two of
 * them. An attribute is a relation with its entity, weighs {@code ln(items with attributes/items with
 * this one)}, and an item's attributes have length 1 together, times the root of a strength. Immutable.
 */
final class ItemAttributes {

  private final int[] offsets;
  private final int[] items;
  private final float[] values;

  private ItemAttributes(int[] offsets, int[] items, float[] values) {
    this.offsets = offsets;
    this.items = items;
    this.values = values;
  }

  /**
   * The attributes of the first entities of a graph.
   *
   * @param itemCount how many of its entities are items
   * @param strength the squared length of an item's attributes together; 0 finds none
   */
  static ItemAttributes of(Ckg graph, int itemCount, float strength) {
    IntArrayList offsets = IntArrayList.of(0);
    IntArrayList items = new IntArrayList();
    FloatArrayList values = new FloatArrayList();
    double[] squares = new double[itemCount]; // of the attributes' lengths together
    int described = described(graph, itemCount);
    for (int entity = graph.userCount(); entity < graph.nodeCount(); entity++) {
      for (int at = graph.begin(entity); strength > 0 && at < graph.end(entity); ) {
        int first = items.size();
        at = collectItems(graph, entity, at, itemCount, items);
        int count = items.size() - first;
        double idf = count > 1 ? Math.log((double) described / count) : 0;
        if (idf > 0) {
          offsets.add(items.size());
          for (int i = first; i < items.size(); i++) {
            squares[items.getInt(i)] += idf * idf;
            values.add((float) idf);
          }
        } else {
          items.size(first);
        }
      }
    }
    float[] scaled = values.toFloatArray();
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] *= (float) Math.sqrt(strength / squares[items.getInt(i)]);
    }
    return new ItemAttributes(offsets.toIntArray(), items.toIntArray(), scaled);
  }

  private static int described(Ckg graph, int itemCount) {
    int interacted = graph.inverse(0);
    int count = 0;
    for (int item = 0; item < itemCount; item++) {
      int node = graph.nodeOfEntity(item);
      boolean described = false;
      for (int e = graph.begin(node); e < graph.end(node) && !described; e++) {
        described = graph.relation(e) != interacted;
      }
      count += described ? 1 : 0;
    }
    return count;
  }

  /** Items at the other end of an entity's edges of one relation; returns where the next begins. */
  private static int collectItems(Ckg graph, int entity, int from, int itemCount, IntArrayList to) {
    int relation = graph.relation(from);
    int firstItem = graph.userCount();
    int at = from;
    for (; at < graph.end(entity) && graph.relation(at) == relation; at++) {
      int item = graph.tail(at) - firstItem;
      if (item >= 0 && item < itemCount) { // neither a user nor a mere entity
        to.add(item);
      }
    }
    return at;
  }

  /** The number of attributes. */
  int size() {
    return offsets.length - 1;
  }

  int begin(int attribute) {
    return offsets[attribute];
  }

  int end(int attribute) {
    return offsets[attribute + 1];
  }

  int item(int at) {
    return items[at];
  }

  float value(int at) {
    return values[at];
  }
}
