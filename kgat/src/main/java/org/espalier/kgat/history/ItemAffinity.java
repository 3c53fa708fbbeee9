package org.espalier.kgat.history;

import it.unimi.dsi.fastutil.ints.IntArrayList;
import java.util.BitSet;
import org.espalier.kgat.graph.Ckg;
import org.espalier.learning.data.Interactions;

/**
 * How much items have to do with each other, as a symmetric positive semidefinite matrix over items:
 * the Gram matrix of three kinds of paths through the graph.
 *
 * <ul>
 *   <li>item – user – item: both were liked by the user;
 *   <li>the same, weighted by {@code exp(−|i − j|/nearness)} where the two are the user's i-th and j-th
 *       interaction: what is done in one sitting belongs together more than what lies years apart. The
 *       order needs no unit, unlike the time;
 *   <li>item – entity – item along equal relations: they share an attribute. An attribute is a
 *       relation with its entity, weighs {@code ln(items with attributes/items with this one)}, and an
 *       item's attributes have length 1 together.
 * </ul>
 */
final class ItemAffinity {

  private final int items;
  private final float[] gram;

  private ItemAffinity(int items) {
    this.items = items;
    this.gram = new float[Math.multiplyExact(items, items)];
  }

  /**
   * The matrix (items, items), row-major.
   *
   * @param graph whose first entities are the items; without triples the third kind is missing
   */
  static float[] of(Interactions train, Ckg graph, ClosedFormSpec spec) {
    ItemAffinity affinity = new ItemAffinity(train.itemCount());
    float nearShare = train.hasTimes() ? spec.nearShare() : 0;
    affinity.addHistories(train, nearShare, spec.nearness());
    affinity.addAttributes(graph, spec.knowledge());
    affinity.mirror();
    return affinity.gram;
  }

  private void addHistories(Interactions train, float nearShare, float nearness) {
    int longest = 0;
    for (int user = 0; user < train.userCount(); user++) {
      longest = Math.max(longest, train.end(user) - train.begin(user));
    }
    float[] byDistance = new float[longest + 1];
    for (int distance = 0; distance <= longest; distance++) {
      byDistance[distance] = 1 - nearShare + nearShare * (float) Math.exp(-distance / nearness);
    }
    IntArrayList history = new IntArrayList();
    BitSet taken = new BitSet(items);
    for (int user = 0; user < train.userCount(); user++) {
      history.clear();
      taken.clear();
      for (int at = train.begin(user); at < train.end(user); at++) {
        if (!taken.get(train.item(at))) {
          taken.set(train.item(at));
          history.add(train.item(at));
        }
      }
      for (int i = 0; i < history.size(); i++) {
        for (int j = i; j < history.size(); j++) {
          add(history.getInt(i), history.getInt(j), byDistance[j - i]);
        }
      }
    }
  }

  private void addAttributes(Ckg graph, float strength) {
    double[] squares = new double[items]; // of the attributes' lengths together
    double described = 0;
    for (int item = 0; item < items; item++) {
      described += hasTriples(graph, graph.userCount() + item) ? 1 : 0;
    }
    for (boolean measuring : new boolean[] {true, false}) { // lengths first, then products
      for (int entity = graph.userCount(); entity < graph.nodeCount(); entity++) {
        for (int at = graph.begin(entity); at < graph.end(entity); ) {
          IntArrayList sharing = new IntArrayList();
          at = collectItems(graph, entity, at, sharing);
          if (sharing.size() > 1) {
            double idf = Math.log(described / sharing.size());
            addAttribute(sharing, idf * idf, squares, measuring, strength);
          }
        }
      }
    }
  }

  /** Items at the other end of an entity's edges of one relation; returns where the next begins. */
  private int collectItems(Ckg graph, int entity, int from, IntArrayList sharing) {
    int relation = graph.relation(from);
    int firstItem = graph.userCount();
    int at = from;
    for (; at < graph.end(entity) && graph.relation(at) == relation; at++) {
      int item = graph.tail(at) - firstItem;
      if (item >= 0 && item < items) { // neither a user nor a mere entity
        sharing.add(item);
      }
    }
    return at;
  }

  private static boolean hasTriples(Ckg graph, int item) {
    int interacted = graph.inverse(0);
    for (int e = graph.begin(item); e < graph.end(item); e++) {
      if (graph.relation(e) != interacted) {
        return true;
      }
    }
    return false;
  }

  private void addAttribute(
      IntArrayList sharing,
      double squaredIdf,
      double[] squares,
      boolean measuring,
      float strength) {
    for (int i = 0; i < sharing.size(); i++) {
      int first = sharing.getInt(i);
      if (measuring) {
        squares[first] += squaredIdf;
      } else if (squaredIdf > 0) {
        for (int j = i; j < sharing.size(); j++) {
          int second = sharing.getInt(j);
          double lengths = Math.sqrt(squares[first] * squares[second]);
          add(first, second, (float) (strength * squaredIdf / lengths));
        }
      }
    }
  }

  private void add(int first, int second, float value) {
    gram[Math.max(first, second) * items + Math.min(first, second)] += value;
  }

  private void mirror() {
    for (int i = 0; i < items; i++) {
      for (int j = 0; j < i; j++) {
        gram[j * items + i] = gram[i * items + j];
      }
    }
  }
}
