package org.espalier.kgat.refresh;

import java.util.Arrays;

/**
 * How much the input of each (layer, node) has changed since it was computed, and which are due, the
 * largest first: those of at least ε wait in lists, one for each power of two, first in, first out.
 * Everything is an array as long as there are places, so a burst of any size fits. One thread at a time.
 */
final class ResidualQueue {

  static final int NONE = -1;

  private static final int BUCKETS = 32;

  /** Where buckets begin when everything that is not zero is due. */
  private static final int SMALLEST_EXPONENT = -24;

  private final int layers;
  private final int nodes;
  private final float epsilon;
  private final int lowestExponent;
  private final float[] residuals; // a place is (layer - 1) * nodes + node
  private final byte[] buckets; // NONE: not due
  private final int[] next;
  private final int[] previous;
  private final int[] first; // a list is (layer - 1) * BUCKETS + bucket
  private final int[] last;
  private int due;
  private int sweepAt; // a place

  /**
   * @param epsilon what is smaller is left alone; 0 leaves only 0 alone
   */
  ResidualQueue(int layers, int nodes, float epsilon) {
    this.layers = layers;
    this.nodes = nodes;
    this.epsilon = epsilon;
    lowestExponent = epsilon > 0 ? Math.getExponent(epsilon) : SMALLEST_EXPONENT;
    int places = Math.multiplyExact(layers, nodes);
    residuals = new float[places];
    buckets = new byte[places];
    next = new int[places];
    previous = new int[places];
    first = new int[layers * BUCKETS];
    last = new int[layers * BUCKETS];
    clear();
  }

  /** Forgets all. */
  void clear() {
    Arrays.fill(residuals, 0);
    Arrays.fill(buckets, (byte) NONE);
    Arrays.fill(first, NONE);
    Arrays.fill(last, NONE);
    due = 0;
  }

  /** How many are due. */
  int due() {
    return due;
  }

  float get(int layer, int node) {
    return residuals[place(layer, node)];
  }

  /** Adds to a residual. */
  void add(int layer, int node, float amount) {
    int place = place(layer, node);
    float residual = Math.min(residuals[place] + amount, Float.MAX_VALUE);
    residuals[place] = residual;
    if (residual >= epsilon && residual > 0) {
      int bucket = Math.clamp(Math.getExponent(residual) - lowestExponent, 0, BUCKETS - 1);
      if (bucket != buckets[place]) {
        unlink(place);
        append(place, bucket);
      }
    }
  }

  /** The bucket of the largest that are due; {@link #NONE} when nothing is. */
  int largestBucket() {
    for (int bucket = BUCKETS - 1; bucket >= 0; bucket--) {
      for (int l = 0; l < layers; l++) {
        if (first[l * BUCKETS + bucket] != NONE) {
          return bucket;
        }
      }
    }
    return NONE;
  }

  /** Takes nodes of one layer and bucket, the longest waiting first, and sets their residuals to 0. */
  int take(int layer, int bucket, int[] into, int max) {
    int count = 0;
    int list = (layer - 1) * BUCKETS + bucket;
    while (count < max && first[list] != NONE) {
      into[count++] = takePlace(first[list]);
    }
    return count;
  }

  /**
   * Takes nodes that are due in the order of their numbers, whatever their residuals, going on where
   * the last call ended: whoever calls this again and again meets every node, so none waits for ever
   * behind larger ones. All are of one layer.
   *
   * @return the layer, or {@link #NONE} when nothing is due
   */
  int sweep(int[] into, int max, int[] count) {
    count[0] = 0;
    int layer = NONE;
    for (int looked = 0; looked < residuals.length && due > 0 && count[0] < max; looked++) {
      int placeLayer = sweepAt / nodes + 1;
      if (buckets[sweepAt] != NONE) {
        if (layer != NONE && layer != placeLayer) {
          return layer;
        }
        layer = placeLayer;
        into[count[0]++] = takePlace(sweepAt);
      }
      sweepAt = sweepAt + 1 == residuals.length ? 0 : sweepAt + 1;
    }
    return layer;
  }

  /** The largest residual, due or not. */
  float largest() {
    float largest = 0;
    for (float residual : residuals) {
      largest = Math.max(largest, residual);
    }
    return largest;
  }

  /** The mean over all layers and nodes. */
  double mean() {
    double sum = 0;
    for (float residual : residuals) {
      sum += residual;
    }
    return residuals.length == 0 ? 0 : sum / residuals.length;
  }

  /** These residuals in the numbering of a larger room. */
  ResidualQueue moved(NodeNumbers before, NodeNumbers larger) {
    ResidualQueue result = new ResidualQueue(layers, larger.count(), epsilon);
    for (int layer = 1; layer <= layers; layer++) {
      for (int node = 0; node < nodes; node++) {
        float residual = get(layer, node);
        if (residual > 0) {
          int moved = node < before.users() ? node : node - before.users() + larger.users();
          result.add(layer, moved, residual);
        }
      }
    }
    return result;
  }

  private int place(int layer, int node) {
    return (layer - 1) * nodes + node;
  }

  private int takePlace(int place) {
    unlink(place);
    residuals[place] = 0;
    return place % nodes;
  }

  private void append(int place, int bucket) {
    int list = place / nodes * BUCKETS + bucket;
    buckets[place] = (byte) bucket;
    next[place] = NONE;
    previous[place] = last[list];
    if (last[list] == NONE) {
      first[list] = place;
    } else {
      next[last[list]] = place;
    }
    last[list] = place;
    due++;
  }

  private void unlink(int place) {
    if (buckets[place] == NONE) {
      return;
    }
    int list = place / nodes * BUCKETS + buckets[place];
    if (previous[place] == NONE) {
      first[list] = next[place];
    } else {
      next[previous[place]] = next[place];
    }
    if (next[place] == NONE) {
      last[list] = previous[place];
    } else {
      previous[next[place]] = previous[place];
    }
    buckets[place] = NONE;
    due--;
  }
}
