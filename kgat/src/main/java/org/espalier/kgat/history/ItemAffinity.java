package org.espalier.kgat.history;

import org.espalier.kgat.graph.Ckg;
import org.espalier.learning.data.Interactions;
import org.espalier.learning.kernel.Workers;

/**
 * How much items have to do with each other, as a symmetric positive semidefinite matrix G over items:
 * the Gram matrix of three kinds of paths through the graph.
 *
 * <ul>
 *   <li>item – user – item: both were liked by the user;
 *   <li>the same, weighted by {@code exp(−|i − j|/nearness)} where the two are the user's i-th and j-th
 *       interaction: what is done in one sitting belongs together more than what lies years apart. The
 *       order needs no unit, unlike the time;
 *   <li>item – entity – item along equal relations: they share an attribute ({@link ItemAttributes}).
 * </ul>
 *
 * Small catalogues have the matrix itself ({@link #dense}); for large ones it is only multiplied by
 * ({@link #multiply}), at a cost that grows with interactions and triples alone. Immutable.
 */
final class ItemAffinity {

  private static final int ROWS = 2; // of a thread's block

  private final int items;
  private final ItemHistories histories;
  private final ItemAttributes attributes;
  private final float nearShare;
  private final float nearness;

  /**
   * @param graph whose first entities are the items; without triples the third kind is missing
   */
  ItemAffinity(Interactions train, Ckg graph, ClosedFormSpec spec) {
    items = train.itemCount();
    histories = ItemHistories.of(train);
    attributes = ItemAttributes.of(graph, items, spec.knowledge());
    nearShare = train.hasTimes() ? spec.nearShare() : 0;
    nearness = spec.nearness();
  }

  /** The matrix (items, items), row-major. */
  float[] dense() {
    float[] gram = new float[Math.multiplyExact(items, items)];
    addHistories(gram);
    addAttributes(gram);
    for (int i = 0; i < items; i++) {
      for (int j = 0; j < i; j++) {
        gram[j * items + i] = gram[i * items + j];
      }
    }
    return gram;
  }

  private void addHistories(float[] gram) {
    float[] byDistance = new float[histories.longest() + 1];
    for (int distance = 0; distance < byDistance.length; distance++) {
      byDistance[distance] = 1 - nearShare + nearShare * (float) Math.exp(-distance / nearness);
    }
    for (int user = 0; user < histories.userCount(); user++) {
      for (int i = histories.begin(user); i < histories.end(user); i++) {
        for (int j = i; j < histories.end(user); j++) {
          add(gram, histories.item(i), histories.item(j), byDistance[j - i]);
        }
      }
    }
  }

  private void addAttributes(float[] gram) {
    for (int a = 0; a < attributes.size(); a++) {
      for (int i = attributes.begin(a); i < attributes.end(a); i++) {
        for (int j = i; j < attributes.end(a); j++) {
          float value = attributes.value(i) * attributes.value(j);
          add(gram, attributes.item(i), attributes.item(j), value);
        }
      }
    }
  }

  private void add(float[] gram, int first, int second, float value) {
    gram[Math.max(first, second) * items + Math.min(first, second)] += value;
  }

  /** {@code G_ii} of each item: how many users it has, and the strength of its attributes. */
  float[] diagonal() {
    float[] diagonal = new float[items];
    for (int at = 0; at < histories.end(histories.userCount() - 1); at++) {
      diagonal[histories.item(at)]++;
    }
    for (int at = 0; at < attributes.end(attributes.size() - 1); at++) {
      diagonal[attributes.item(at)] += attributes.value(at) * attributes.value(at);
    }
    return diagonal;
  }

  /**
   * {@code x·G} for some rows x.
   *
   * @param x (rows, items)
   * @return (rows, items)
   */
  float[] multiply(float[] x, int rows, Workers workers) {
    float[] result = new float[x.length];
    workers.forBlocks(
        rows,
        ROWS,
        (from, to, _) -> {
          for (int row = from; row < to; row++) {
            throughHistories(x, row * items, result);
            throughAttributes(x, row * items, result);
          }
        });
    return result;
  }

  /**
   * Sums over pairs that fall off with the distance along a history are two running sums, one in each
   * direction, that lose the same share with every step.
   */
  private void throughHistories(float[] x, int row, float[] result) {
    float fading = (float) Math.exp(-1 / nearness);
    for (int user = 0; user < histories.userCount(); user++) {
      int begin = histories.begin(user);
      int end = histories.end(user);
      float all = 0;
      float before = 0;
      for (int at = begin; at < end; at++) {
        float value = x[row + histories.item(at)];
        all += value;
        before = fading * before + value; // with the item itself
        result[row + histories.item(at)] += nearShare * before;
      }
      float behind = 0;
      for (int at = end - 1; at >= begin; at--) {
        result[row + histories.item(at)] += (1 - nearShare) * all + nearShare * behind;
        behind = fading * (behind + x[row + histories.item(at)]);
      }
    }
  }

  private void throughAttributes(float[] x, int row, float[] result) {
    for (int a = 0; a < attributes.size(); a++) {
      float sum = 0;
      for (int at = attributes.begin(a); at < attributes.end(a); at++) {
        sum += attributes.value(at) * x[row + attributes.item(at)];
      }
      for (int at = attributes.begin(a); at < attributes.end(a); at++) {
        result[row + attributes.item(at)] += attributes.value(at) * sum;
      }
    }
  }
}
